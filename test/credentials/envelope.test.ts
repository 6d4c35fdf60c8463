import { subscribe } from 'node:diagnostics_channel';
import { DecryptCommand, GenerateDataKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { open, type Place, seal } from '../../lib/credentials/envelope.ts';
import { metered } from '../../lib/log/meter.ts';
import { keyId, startParts } from '../support/parts.ts';

let parts: Awaited<ReturnType<typeof startParts>>;
beforeAll(async () => {
  parts = await startParts();
});
afterAll(() => parts.stop());

const place: Place = {
  organizationId: 'org_a',
  userId: null,
  holder: 'int_o_1',
  provider: 'jira',
  field: 'credentials',
  version: 1,
};
const secrets = { username: 'ann@example.com', apiToken: 'a token' };

const meterOf = async (
  run: () => Promise<unknown>,
): Promise<{ kms: number; dynamodb: { requests: number } }> => {
  let told: unknown;
  subscribe('manageros:invocation', (message) => {
    told = (message as { meter: unknown }).meter;
  });
  await metered('test', async () => run());
  return told as { kms: number; dynamodb: { requests: number } };
};

describe('a sealed secret', () => {
  it('opens for the place it was sealed for', async () => {
    expect(await open(place, await seal(place, secrets))).toEqual(secrets);
  });

  it('holds nothing of the text, and is 33 bytes longer than it', async () => {
    const sealed = await seal(place, secrets);

    expect(Buffer.from(sealed).includes('a token')).toBe(false);
    expect(sealed.length - JSON.stringify(secrets).length).toBe(33);
  });

  it.each([
    ['organisation', { organizationId: 'org_b' }],
    ['user', { userId: 'user_1' }],
    ['integration', { holder: 'int_o_2' }],
    ['provider', { provider: 'github' }],
    ['field', { field: 'tokens' as const }],
    ['version', { version: 2 }],
  ])('does not open for another %s', async (_, other) => {
    const sealed = await seal(place, secrets);
    await seal({ ...place, ...other }, secrets);

    await expect(open({ ...place, ...other }, sealed)).rejects.toMatchObject({
      code: expect.stringMatching(/internal|not_found/),
    });
  });

  it('does not open once any bit was changed', async () => {
    const sealed = Buffer.from(await seal(place, { t: 'x' }));
    let opened = 0;

    for (let bit = 0; bit < sealed.length * 8; bit += 1) {
      const changed = Buffer.from(sealed);
      changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      await open(place, changed).then(
        () => {
          opened += 1;
        },
        () => {},
      );
    }

    expect(opened).toBe(0);
  });

  it.each([1, 4, 8, 12, 15])('does not open with its tag cut by %i bytes', async (cut) => {
    const sealed = await seal(place, secrets);

    await expect(open(place, sealed.subarray(0, sealed.length - cut))).rejects.toMatchObject({
      code: 'internal',
    });
  });

  it('asks KMS at most once per organisation while its key is kept', async () => {
    const fresh = { ...place, organizationId: 'org_counted' };
    const sealed = await seal(fresh, secrets);

    const meter = await meterOf(async () => {
      for (let use = 0; use < 50; use += 1) await open(fresh, sealed);
      await seal(fresh, secrets);
    });

    expect(meter).toMatchObject({ kms: 0, dynamodb: { requests: 0 } });
  });

  it('gives two functions that seal first at the same moment the same key', async () => {
    const first = { ...place, organizationId: 'org_race' };

    const sealed = await Promise.all([seal(first, secrets), seal(first, secrets), seal(first, secrets)]);

    for (const one of sealed) expect(await open(first, one)).toEqual(secrets);
  });
});

describe('the local KMS', () => {
  const client = () => new KMSClient({ endpoint: parts.kms.endpoint });
  const context = { organizationId: 'org_a', purpose: 'credentials' };
  const refused = { name: 'InvalidCiphertextException' };

  it('unwraps with the context it wrapped with, in any order, and with no other', async () => {
    const { CiphertextBlob, Plaintext } = await client().send(
      new GenerateDataKeyCommand({ KeyId: keyId, KeySpec: 'AES_256', EncryptionContext: context }),
    );
    const unwrap = (EncryptionContext: Record<string, string>) =>
      client().send(new DecryptCommand({ CiphertextBlob, EncryptionContext }));

    const right = await unwrap({ purpose: 'credentials', organizationId: 'org_a' });

    expect(right.Plaintext).toEqual(Plaintext);
    await expect(unwrap({ ...context, organizationId: 'org_b' })).rejects.toMatchObject(refused);
    await expect(unwrap({})).rejects.toMatchObject(refused);
    await expect(unwrap({ ...context, more: 'x' })).rejects.toMatchObject(refused);
  });
});
