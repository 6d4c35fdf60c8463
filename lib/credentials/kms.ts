import type { KMSClient } from '@aws-sdk/client-kms';
import { variable } from '../config/env.ts';
import { AppError } from '../errors/error.ts';
import { count } from '../log/meter.ts';
import { countMetric } from '../log/metric.ts';

/** The only module that speaks to KMS. Its SDK is loaded when a data key is first wanted. */

let shared: KMSClient | null = null;

const sdk = async () => {
  const { KMSClient, GenerateDataKeyCommand, DecryptCommand, ReEncryptCommand } = await import(
    '@aws-sdk/client-kms'
  );
  if (!shared) {
    shared = new KMSClient({
      maxAttempts: 3,
      requestHandler: { connectionTimeout: 1_000, requestTimeout: 5_000 },
    });
    shared.middlewareStack.add(
      (next) => async (args) => {
        count('kms');
        return next(args);
      },
      { step: 'finalizeRequest', priority: 'low', name: 'meter' },
    );
  }
  return { kms: shared, GenerateDataKeyCommand, DecryptCommand, ReEncryptCommand };
};

/** Bound to the wrapped key: another organisation's, or another purpose's, does not unwrap. */
const contextOf = (organizationId: string) => ({ organizationId, purpose: 'credentials' });

const unavailable = (cause: unknown): AppError => {
  countMetric('KmsErrors');
  return new AppError('unavailable', 'Credentials cannot be opened right now.', { cause, retryAfter: 5 });
};

/** A new data key of 32 bytes, in clear and wrapped. Fails as `unavailable`. */
export const generateDataKey = async (
  organizationId: string,
): Promise<{ key: Buffer; wrapped: Uint8Array }> => {
  try {
    const { kms, GenerateDataKeyCommand } = await sdk();
    const { Plaintext, CiphertextBlob } = await kms.send(
      new GenerateDataKeyCommand({
        KeyId: variable('KEY_ID'),
        KeySpec: 'AES_256',
        EncryptionContext: contextOf(organizationId),
      }),
    );
    if (!Plaintext || !CiphertextBlob) throw new Error('KMS answered without a key.');
    return { key: Buffer.from(Plaintext), wrapped: CiphertextBlob };
  } catch (error) {
    throw unavailable(error);
  }
};

/** Fails as `unavailable`, also where the context does not fit: a row of another organisation is a fault of ours. */
export const unwrapDataKey = async (organizationId: string, wrapped: Uint8Array): Promise<Buffer> => {
  try {
    const { kms, DecryptCommand } = await sdk();
    const { Plaintext } = await kms.send(
      new DecryptCommand({ CiphertextBlob: wrapped, EncryptionContext: contextOf(organizationId) }),
    );
    if (!Plaintext) throw new Error('KMS answered without a key.');
    return Buffer.from(Plaintext);
  } catch (error) {
    throw unavailable(error);
  }
};

/** The same data key wrapped by the newest key of KMS; KMS alone sees it in clear. Fails as `unavailable`. */
export const rewrapDataKey = async (organizationId: string, wrapped: Uint8Array): Promise<Uint8Array> => {
  try {
    const { kms, ReEncryptCommand } = await sdk();
    const { CiphertextBlob } = await kms.send(
      new ReEncryptCommand({
        CiphertextBlob: wrapped,
        SourceEncryptionContext: contextOf(organizationId),
        DestinationEncryptionContext: contextOf(organizationId),
        DestinationKeyId: variable('KEY_ID'),
      }),
    );
    if (!CiphertextBlob) throw new Error('KMS answered without a key.');
    return CiphertextBlob;
  } catch (error) {
    throw unavailable(error);
  }
};
