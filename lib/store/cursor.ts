import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { variable } from '../config/env.ts';
import { invalidField } from '../errors/error.ts';

/** A page cursor is sealed and bound to its caller, operation and filter: elsewhere, or a day later, it is refused. */
export type CursorScope = {
  operation: string;
  organizationId: string;
  userId: string;
  /** What the list is filtered by; the cursor goes on with this list only. */
  filter: unknown;
};

const keptFor = 24 * 3_600_000;
const ivBytes = 12;
const tagBytes = 16;
const key = (): Buffer => createHash('sha256').update(variable('CURSOR_KEY')).digest();
const boundTo = ({ operation, organizationId, userId, filter }: CursorScope): Buffer =>
  Buffer.from(JSON.stringify([operation, organizationId, userId, filter]));

export const sealCursor = (scope: CursorScope, position: unknown): string => {
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv('aes-256-gcm', key(), iv, { authTagLength: tagBytes });
  cipher.setAAD(boundTo(scope));
  const text = cipher.update(JSON.stringify({ position, until: Date.now() + keptFor }), 'utf8');
  return Buffer.concat([iv, text, cipher.final(), cipher.getAuthTag()]).toString('base64url');
};

/** The position a cursor holds, null without one; any other cursor than ours for this list is a 400. */
export const openCursor = <T>(scope: CursorScope, cursor: string | undefined): T | null => {
  if (cursor === undefined) return null;
  try {
    const bytes = Buffer.from(cursor, 'base64url');
    const decipher = createDecipheriv('aes-256-gcm', key(), bytes.subarray(0, ivBytes), {
      authTagLength: tagBytes,
    });
    decipher.setAAD(boundTo(scope));
    decipher.setAuthTag(bytes.subarray(-tagBytes));
    const text = Buffer.concat([decipher.update(bytes.subarray(ivBytes, -tagBytes)), decipher.final()]);
    const { position, until } = JSON.parse(text.toString('utf8')) as { position: T; until: number };
    if (until > Date.now()) return position;
  } catch {
    // Whatever is wrong with it, the answer is the same.
  }
  throw invalidField('cursor', 'is not a cursor of this list, or has expired');
};
