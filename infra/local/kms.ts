import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { DataDir } from './data-dir.ts';

/**
 * The part of KMS we use, spoken in its JSON protocol: keys that can be disabled, data keys, and an
 * encryption context that has to be the same when a key is unwrapped. Keys are kept between starts.
 */
type Keys = Record<string, { material: string; enabled: boolean }>;
type Context = Record<string, string>;
type Body = {
  KeyId?: string;
  KeySpec?: string;
  CiphertextBlob?: string;
  EncryptionContext?: Context;
  SourceEncryptionContext?: Context;
  DestinationEncryptionContext?: Context;
  DestinationKeyId?: string;
};

class KmsError extends Error {
  readonly type: string;
  constructor(type: string, message: string) {
    super(message);
    this.type = type;
  }
}

/** As KMS does, the pairs are bound whatever their order. */
const bound = (context: Context = {}): Buffer =>
  Buffer.from(JSON.stringify(Object.entries(context).toSorted(([a], [b]) => (a < b ? -1 : 1))));

const keyId = (name: string): string => name.replace(/^arn:.*:key\//, '');

const wrap = (keys: Keys, id: string, text: Buffer, context: Context | undefined): string => {
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', Buffer.from(keys[id]?.material ?? '', 'base64'), iv);
  cipher.setAAD(bound(context));
  const sealed = Buffer.concat([cipher.update(text), cipher.final()]);
  const header = Buffer.from(id.padEnd(36).slice(0, 36));
  return Buffer.concat([header, iv, cipher.getAuthTag(), sealed]).toString('base64');
};

const usable = (keys: Keys, name: string | undefined): string => {
  const id = keyId(name ?? '');
  const key = keys[id];
  if (!key) throw new KmsError('NotFoundException', `Key ${id} does not exist`);
  if (!key.enabled) throw new KmsError('DisabledException', `${id} is disabled.`);
  return id;
};

const unwrap = (
  keys: Keys,
  { CiphertextBlob = '', EncryptionContext }: Body,
): { id: string; text: Buffer } => {
  const blob = Buffer.from(CiphertextBlob, 'base64');
  const id = usable(keys, blob.subarray(0, 36).toString().trim());
  try {
    const material = Buffer.from(keys[id]?.material ?? '', 'base64');
    const decipher = createDecipheriv('aes-256-gcm', material, blob.subarray(36, 48), { authTagLength: 16 });
    decipher.setAAD(bound(EncryptionContext));
    decipher.setAuthTag(blob.subarray(48, 64));
    return { id, text: Buffer.concat([decipher.update(blob.subarray(64)), decipher.final()]) };
  } catch {
    throw new KmsError('InvalidCiphertextException', '');
  }
};

const answer = (keys: Keys, target: string, body: Body): object => {
  if (target === 'GenerateDataKey') {
    if (body.KeySpec !== 'AES_256') throw new KmsError('ValidationException', 'Only AES_256 is spoken here.');
    const id = usable(keys, body.KeyId);
    const key = randomBytes(32);
    return {
      KeyId: id,
      Plaintext: key.toString('base64'),
      CiphertextBlob: wrap(keys, id, key, body.EncryptionContext),
    };
  }
  if (target === 'Decrypt') {
    const { id, text } = unwrap(keys, body);
    return { KeyId: id, Plaintext: text.toString('base64'), EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' };
  }
  if (target === 'ReEncrypt') {
    const { SourceEncryptionContext, DestinationEncryptionContext, DestinationKeyId, CiphertextBlob } = body;
    const from = unwrap(keys, {
      ...(CiphertextBlob !== undefined && { CiphertextBlob }),
      ...(SourceEncryptionContext && { EncryptionContext: SourceEncryptionContext }),
    });
    const id = usable(keys, DestinationKeyId);
    return {
      KeyId: id,
      SourceKeyId: from.id,
      CiphertextBlob: wrap(keys, id, from.text, DestinationEncryptionContext),
    };
  }
  throw new KmsError('UnsupportedOperationException', `${target} is not spoken here.`);
};

export const startKms = async (data: DataDir, key: string) => {
  const file = data.path('kms.json');
  const keys = (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}) as Keys;
  keys[key] ??= { material: randomBytes(32).toString('base64'), enabled: true };
  writeFileSync(file, JSON.stringify(keys), { mode: 0o600 });

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const target = String(request.headers['x-amz-target'] ?? '').replace('TrentService.', '');
    const reply = (status: number, body: object) => {
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' });
      response.end(JSON.stringify(body));
    };
    try {
      reply(200, answer(keys, target, JSON.parse(Buffer.concat(chunks).toString() || '{}') as Body));
    } catch (error) {
      if (error instanceof KmsError) reply(400, { __type: error.type, message: error.message });
      else reply(500, { __type: 'KMSInternalException', message: 'unexpected' });
    }
  };
  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: (): Promise<void> =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
