import { createDecipheriv, createHash } from 'node:crypto';
import { AppError } from '../errors/error.ts';

/**
 * What the old app called encrypted: OpenSSL's salted AES-256-CBC under a passphrase, its key derived with
 * MD5. Unauthenticated: a wrong passphrase shows only in padding or in text that is none. Read once, to be
 * sealed properly; never written.
 */
const magic = Buffer.from('Salted__');

export const isLegacyCiphertext = (text: string): boolean => text.startsWith('U2FsdGVkX1');

/** Key and IV, as OpenSSL's EVP_BytesToKey makes them with one round of MD5. */
const derive = (passphrase: string, salt: Buffer): { key: Buffer; iv: Buffer } => {
  let material = Buffer.alloc(0);
  let block = Buffer.alloc(0);
  while (material.length < 48) {
    block = createHash('md5').update(block).update(passphrase, 'utf8').update(salt).digest();
    material = Buffer.concat([material, block]);
  }
  return { key: material.subarray(0, 32), iv: material.subarray(32, 48) };
};

const unreadable = (): AppError =>
  new AppError('conflict', 'A legacy credential cannot be read with the passphrase of this environment.');

/** The text; `conflict` where the passphrase is not the one it was made with. */
export const openLegacy = (text: string, passphrase: string): string => {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length < 32 || !bytes.subarray(0, 8).equals(magic)) throw unreadable();
  const { key, iv } = derive(passphrase, bytes.subarray(8, 16));
  try {
    const decipher = createDecipheriv('aes-256-cbc', key, iv);
    const plain = Buffer.concat([decipher.update(bytes.subarray(16)), decipher.final()]);
    const opened = new TextDecoder('utf-8', { fatal: true }).decode(plain);
    if (opened === '') throw unreadable();
    return opened;
  } catch {
    throw unreadable();
  }
};
