import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startKms } from '../../infra/local/kms.ts';
import { forgetDataKeys } from '../../lib/credentials/data-keys.ts';
import { open, type Place, seal } from '../../lib/credentials/envelope.ts';
import { resealOrganization } from '../../lib/rotation/reseal.ts';
import { keyId, setEnvironment, startParts } from '../support/parts.ts';

/** The KMS key itself is replaced: data keys are wrapped anew, by KMS alone, and what they sealed stays as it is. */

const newer = '00000000-0000-4000-8000-0000000000bb';
let parts: Awaited<ReturnType<typeof startParts>>;
let kms: Awaited<ReturnType<typeof startKms>>;
/** One address for whichever KMS there is: the SDK keeps to the first it is given. */
const address = createServer((message, response) => {
  const { headers, method } = message;
  const onward = request(kms.endpoint, { method, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 500, answer.headers);
    answer.pipe(response);
  });
  message.pipe(onward);
});
beforeAll(async () => {
  parts = await startParts();
  kms = parts.kms;
  await new Promise<void>((resolve) => address.listen(0, '127.0.0.1', resolve));
  const { port } = address.address() as AddressInfo;
  setEnvironment({
    AWS_ENDPOINT_URL_DYNAMODB: parts.database.endpoint,
    AWS_ENDPOINT_URL_KMS: `http://127.0.0.1:${port}`,
  });
});
afterAll(async () => {
  address.closeAllConnections();
  address.close();
  await kms.stop();
  await parts.stop();
});

/** A KMS that has the newer key besides, or instead. */
const kmsWith = async (keep: (id: string) => boolean): Promise<void> => {
  await kms.stop();
  const file = parts.data.path('kms.json');
  const keys = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  writeFileSync(file, JSON.stringify(Object.fromEntries(Object.entries(keys).filter(([id]) => keep(id)))));
  kms = await startKms(parts.data, newer);
  process.env['KEY_ID'] = newer;
};

const place = (organizationId: string): Place => ({
  organizationId,
  userId: null,
  holder: 'int_o_1',
  provider: 'jira',
  field: 'credentials',
  version: 1,
});
const work = { requestId: 'r', left: () => 60_000, last: false };
const rewrap = (organizationId: string, since: number) =>
  resealOrganization({ organizationId, keys: 'wrapping', since, begun: since, after: null }, work);

describe('data keys that are wrapped anew', () => {
  it('open what they sealed when the old KMS key is gone, and only they', async () => {
    const secrets = { token: 'a token' };
    const sealed = await seal(place('org_a'), secrets);
    const left = await seal(place('org_b'), secrets);
    await kmsWith(() => true);
    forgetDataKeys('org_a');
    expect(await open(place('org_a'), sealed)).toEqual(secrets);

    await rewrap('org_a', Date.now());
    await rewrap('org_a', 1);
    await kmsWith((id) => id !== keyId);
    for (const organization of ['org_a', 'org_b']) forgetDataKeys(organization);

    expect(await open(place('org_a'), sealed)).toEqual(secrets);
    await expect(open(place('org_b'), left)).rejects.toMatchObject({ code: 'unavailable' });
    expect(await open(place('org_a'), await seal(place('org_a'), secrets))).toEqual(secrets);
  });
});
