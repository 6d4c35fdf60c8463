import { AppError, invalidField } from '../errors/error.ts';

const mostBytes = 256 * 1024;
const deepest = 32;
/** Names that could reach an object's prototype when somebody copies the body carelessly. */
const refusedNames = new Set(['__proto__', 'constructor', 'prototype']);

type RawBody = { body?: string; isBase64Encoded: boolean };

/** The bytes as sent; over 256 KB is `payload_too_large`. */
export const rawBytes = ({ body, isBase64Encoded }: RawBody, most = mostBytes): Buffer => {
  const bytes = Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8');
  if (bytes.length > most)
    throw new AppError('payload_too_large', `The body has ${bytes.length} bytes; at most ${most} are taken.`);
  return bytes;
};

const check = (root: unknown): void => {
  const open: { value: unknown; depth: number; path: string }[] = [{ value: root, depth: 1, path: '' }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { value, depth, path } = next;
    if (typeof value !== 'object' || value === null) continue;
    if (depth > deepest) throw invalidField('body', `is nested deeper than ${deepest} levels`);
    for (const [key, child] of Object.entries(value)) {
      const name = (path ? `${path}.${key}` : key).slice(0, 200);
      if (refusedNames.has(key)) throw invalidField(name, 'is not a known field');
      open.push({ value: child, depth: depth + 1, path: name });
    }
  }
};

/** The JSON that was sent, bounded in size and depth. */
export const jsonBody = (raw: RawBody, contentType: string | undefined): unknown => {
  const bytes = rawBytes(raw);
  if (bytes.length === 0) throw invalidField('body', 'is required');
  if (!/^application\/json\s*(;\s*charset=("?)utf-8\2\s*)?$/i.test(contentType ?? ''))
    throw new AppError('unsupported_media_type', 'Send the body as application/json in UTF-8.');
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw invalidField('body', 'is not valid UTF-8');
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw invalidField('body', 'is not valid JSON');
  }
  check(value);
  return value;
};
