import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { manifest as jira } from '../../lib/connectors/jira/manifest.ts';
import type { AppError } from '../../lib/errors/error.ts';
import { insertIntegration } from '../../lib/integrations/insert.ts';
import type { Owner } from '../../lib/model/caller.ts';
import { newIntegrationId } from '../../lib/model/ids.ts';
import { type CredentialRecord, type IntegrationRecord, noTokens } from '../../lib/model/integration.ts';
import { deleteWrites, insertWrites, listIntegrations } from '../../lib/store/integrations.ts';
import { transact } from '../../lib/store/table.ts';
import { newId } from '../support/api.ts';
import { startParts } from '../support/parts.ts';

/** A provider of which an owner may connect but one (F018): none of ours is of that kind so far. */

let parts: Awaited<ReturnType<typeof startParts>>;
beforeAll(async () => {
  parts = await startParts();
});
afterAll(() => parts.stop());

const at = '2026-01-01T00:00:00.000Z';

const anAccount = () => ({ id: newId('account'), name: 'Ada', email: null, url: null });

/** What is stored of one; another name and account each time, so that nothing else is taken. */
const records = (provider: string): { integration: IntegrationRecord; credential: CredentialRecord } => {
  const id = newIntegrationId('organization');
  const common = { id, provider, enabled: true, state: 'active', cause: null, settings: {} } as const;
  const whose = { auth: 'api_token', account: anAccount(), tenant: '', grantedScopes: null } as const;
  return {
    integration: {
      ...common,
      ...whose,
      ...{ name: newId('Name'), scope: 'organization', since: at, secrets: {}, lastTestedAt: at },
      ...{ lastSyncAt: null, version: 1, createdAt: at, updatedAt: at, createdBy: 'user_1', call: null },
    },
    credential: { ...common, ...whose, ...noTokens, sealedVersion: 1, sealed: null },
  };
};

const anOwner = (): Owner => ({ organizationId: newId('org'), userId: null });

const insert = async (owner: Owner, provider: string, multiple: boolean): Promise<IntegrationRecord> => {
  const { integration, credential } = records(provider);
  await transact(insertWrites(owner, integration, credential, multiple));
  return integration;
};

const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'stored',
    ({ code }: AppError) => code,
  );

describe('a provider of which there may be one', () => {
  it('is stored once for any number of parallel tries; the others are told that it is connected', async () => {
    const owner = anOwner();

    const outcomes = await Promise.all(
      Array.from({ length: 5 }, () => codeOf(insert(owner, 'single', false))),
    );

    expect(outcomes.toSorted()).toEqual([...Array(4).fill('already_connected'), 'stored']);
    expect(await listIntegrations(owner)).toHaveLength(1);
    expect(await codeOf(insert(owner, 'single', false))).toBe('already_connected');
  });

  it('is one of each owner and of each provider', async () => {
    const owner = anOwner();
    const self = { ...owner, userId: newId('user') };
    await insert(owner, 'single', false);

    expect(await codeOf(insert(self, 'single', false))).toBe('stored');
    expect(await codeOf(insert(anOwner(), 'single', false))).toBe('stored');
    expect(await codeOf(insert(owner, 'another', false))).toBe('stored');
  });

  it('can be connected again once it was deleted', async () => {
    const owner = anOwner();
    const first = await insert(owner, 'single', false);

    await transact(deleteWrites(owner, first, false));
    const second = await insert(owner, 'single', false);

    expect((await listIntegrations(owner)).map(({ id }) => id)).toEqual([second.id]);
  });
});

describe('a manifest that says so', () => {
  const connect = (owner: Owner, multiple: boolean) =>
    insertIntegration({
      ...{ owner, actor: 'user_1', manifest: { ...jira, multiple }, name: null, app: null, askedAt: null },
      ...{ call: null, most: null, also: () => [] },
      tried: {
        ...{ auth: 'api_token', settings: {}, credentials: { username: 'ada', apiToken: 'token' } },
        tokens: null,
        identity: { account: anAccount(), tenant: '' },
      },
    });

  it('is followed by connecting: one of parallel ones is connected', async () => {
    const owner = anOwner();

    const outcomes = await Promise.all([1, 2, 3].map(() => codeOf(connect(owner, false))));

    expect(outcomes.toSorted()).toEqual(['already_connected', 'already_connected', 'stored']);
  });

  it('is followed by connecting: of many all are', async () => {
    const owner = anOwner();

    const outcomes = await Promise.all([1, 2, 3].map(() => codeOf(connect(owner, true))));

    expect(outcomes).toEqual(['stored', 'stored', 'stored']);
  });
});

describe('a provider of which there may be many', () => {
  it('keeps no place for one', async () => {
    const owner = anOwner();

    const outcomes = await Promise.all(
      Array.from({ length: 3 }, () => codeOf(insert(owner, 'several', true))),
    );

    expect(outcomes).toEqual(['stored', 'stored', 'stored']);
  });
});
