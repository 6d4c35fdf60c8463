import {
  createCipheriv,
  createDecipheriv,
  createHash,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';

/** Secrets that their bearer brings along: stored as hashes, and as keys to what only the bearer may open. */

export const newSecret = (): string => randomBytes(32).toString('base64url');

export const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('base64url');

export const isSecret = (secret: string, hash: string): boolean => {
  const given = Buffer.from(hashOf(secret));
  const stored = Buffer.from(hash);
  return given.length === stored.length && timingSafeEqual(given, stored);
};

const ivBytes = 12;
const tagBytes = 16;
type Purpose = 'verifier' | 'code' | 'answer';

const keyOf = (secret: string, purpose: Purpose): Buffer =>
  Buffer.from(hkdfSync('sha256', secret, '', `manageros ${purpose}`, 32));

/** Seals under a key only the bearer of the secret can make. */
export const sealFor = (secret: string, purpose: Purpose, value: unknown): Uint8Array => {
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv('aes-256-gcm', keyOf(secret, purpose), iv, { authTagLength: tagBytes });
  const text = cipher.update(JSON.stringify(value), 'utf8');
  return Buffer.concat([iv, text, cipher.final(), cipher.getAuthTag()]);
};

/** Throws where the secret is not the one it was sealed for. */
export const openWith = <T>(secret: string, purpose: Purpose, sealed: Uint8Array): T => {
  const bytes = Buffer.from(sealed);
  const decipher = createDecipheriv('aes-256-gcm', keyOf(secret, purpose), bytes.subarray(0, ivBytes), {
    authTagLength: tagBytes,
  });
  decipher.setAuthTag(bytes.subarray(-tagBytes));
  const text = Buffer.concat([decipher.update(bytes.subarray(ivBytes, -tagBytes)), decipher.final()]);
  return JSON.parse(text.toString('utf8')) as T;
};
