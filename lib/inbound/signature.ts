import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/**
 * Signatures as Standard Webhooks has them: HMAC-SHA256 over id, timestamp and the very bytes of the body.
 * Some senders still spell the headers in the scheme's older way.
 */
export type Signed = { id: string; timestamp: string; signatures: string };

type Headers = Record<string, string | undefined>;

/** How far a sender's clock may be from ours, either way. */
const tolerance = 300_000;

/** Bytes of a key, at least: with a shorter one anybody could sign. */
const leastKey = 24;

export const signedBy = (headers: Headers): Signed | null => {
  const prefix = headers['webhook-id'] === undefined ? 'svix' : 'webhook';
  const [id, timestamp, signatures] = ['id', 'timestamp', 'signature'].map(
    (name) => headers[`${prefix}-${name}`] ?? '',
  ) as [string, string, string];
  return id === '' || id.length > 256 || signatures === '' ? null : { id, timestamp, signatures };
};

/** Compares digests, which have one length whatever was given. */
export const isSame = (given: string, expected: string): boolean => {
  const [a, b] = [given, expected].map((text) => createHash('sha256').update(text).digest());
  return timingSafeEqual(a as Buffer, b as Buffer);
};

const isTimely = (timestamp: string): boolean =>
  /^\d{1,12}$/.test(timestamp) && Math.abs(Date.now() - Number(timestamp) * 1000) <= tolerance;

/** Whether one of the signatures was made with one of our secrets, which overlap while they are changed. */
export const isSigned = (
  { id, timestamp, signatures }: Signed,
  body: Uint8Array,
  secrets: readonly string[],
): boolean => {
  if (!isTimely(timestamp)) return false;
  const given = signatures
    .split(' ')
    .slice(0, 20)
    .flatMap((one) => (one.startsWith('v1,') ? [one.slice('v1,'.length)] : []));
  return secrets.some((secret) => {
    const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
    if (key.length < leastKey) return false;
    const expected = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64');
    return given.some((one) => isSame(one, expected));
  });
};
