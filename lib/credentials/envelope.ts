import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { AppError } from '../errors/error.ts';
import { type DataKey, openingKey, sealingKey } from './data-keys.ts';

/**
 * Sealed: format (1 byte), data-key version (4), IV (12), ciphertext, tag (16): 33 bytes more than
 * the text. What it is bound to comes from the key being read, never from the stored bytes.
 */
export type Place = {
  organizationId: string;
  userId: string | null;
  /** Id of what owns the secret: an integration, an OAuth app. */
  holder: string;
  provider: string;
  field: 'credentials' | 'tokens' | 'app' | 'code';
  /** Counts the sealings of this field: an older ciphertext put back does not open. */
  version: number;
};

const format = 1;
const headerBytes = 5;
const ivBytes = 12;
const tagBytes = 16;

const boundTo = (place: Place, keyVersion: number): Buffer =>
  Buffer.from(
    JSON.stringify([
      format,
      place.organizationId,
      place.userId,
      place.holder,
      place.provider,
      place.field,
      place.version,
      keyVersion,
    ]),
  );

const unreadable = (cause: unknown): AppError =>
  new AppError('internal', 'Stored credentials could not be opened.', { cause });

/** The version of the data key that sealed it. */
export const keyVersionOf = (sealed: Uint8Array): number =>
  Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength).readUInt32BE(1);

/** Seals named secrets under the organisation's newest data key, or under one that was got before. */
export const seal = async (
  place: Place,
  secrets: Record<string, string>,
  prepared: DataKey | null = null,
): Promise<Uint8Array> => {
  const { key, version } = prepared ?? (await sealingKey(place.organizationId));
  const header = Buffer.alloc(headerBytes);
  header.writeUInt8(format, 0);
  header.writeUInt32BE(version, 1);
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: tagBytes });
  cipher.setAAD(boundTo(place, version));
  const text = Buffer.concat([cipher.update(JSON.stringify(secrets), 'utf8'), cipher.final()]);
  return Buffer.concat([header, iv, text, cipher.getAuthTag()]);
};

/** Opens what `seal` made for the same place; anything else fails as `internal`, KMS trouble as `unavailable`. */
export const open = async (place: Place, sealed: Uint8Array): Promise<Record<string, string>> => {
  const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
  if (bytes.length < headerBytes + ivBytes + tagBytes || bytes.readUInt8(0) !== format)
    throw unreadable(null);
  const { key, version } = await openingKey(place.organizationId, bytes.readUInt32BE(1));
  try {
    const decipher = createDecipheriv(
      'aes-256-gcm',
      key,
      bytes.subarray(headerBytes, headerBytes + ivBytes),
      {
        authTagLength: tagBytes,
      },
    );
    decipher.setAAD(boundTo(place, version));
    decipher.setAuthTag(bytes.subarray(bytes.length - tagBytes));
    const text = decipher.update(bytes.subarray(headerBytes + ivBytes, bytes.length - tagBytes));
    return JSON.parse(Buffer.concat([text, decipher.final()]).toString('utf8')) as Record<string, string>;
  } catch (error) {
    throw unreadable(error);
  }
};
