import { beforeAll, describe, expect, it } from 'vitest';
import { demo as google } from '../../infra/local/standins/google/seed.ts';
import { demo as outlook } from '../../infra/local/standins/microsoft/seed.ts';
import { rowsOf } from '../integrations/stored.ts';
import { company, newId } from '../support/api.ts';
import { aGithubAccount, aJiraSite, control } from '../support/standins.ts';
import { encrypted, migrate, passphrase, preview, setPassphrase } from './old-app.ts';

/** Older rows, one kind for every provider: some secrets encrypted, some left in clear, by any of several names. */

beforeAll(() => setPassphrase(passphrase));

type Row = {
  id: string;
  provider: string;
  auth?: string;
  name?: string;
  config: Record<string, string | null>;
};
const row = (provider: string, config: Row['config'], more: Partial<Row> = {}): Row => ({
  id: newId('old'),
  provider,
  config,
  ...more,
});

const jiraClear = async (): Promise<Row> => {
  const { baseUrl, username, apiToken } = await aJiraSite();
  return row('jira', { url: baseUrl, email: username, apiKey: apiToken }, { name: 'Old Jira' });
};
const jiraEncrypted = async (): Promise<Row> => {
  const { baseUrl, username, apiToken } = await aJiraSite();
  return row('jira', { siteUrl: baseUrl, username, apiToken: encrypted(apiToken), unused: 'x', empty: null });
};
const githubClear = async (): Promise<Row> =>
  row('github', { accessToken: (await aGithubAccount()).token, organization: 'acme' });
const googleClear = async (): Promise<Row> => {
  const path = `service-accounts/${google.serviceAccount}`;
  const key = await control<{ client_email: string; private_key: string }>('google_calendar', 'GET', path);
  const { client_email, private_key } = key;
  return row('google_calendar', { calendarId: google.team, client_email, private_key });
};
const outlookClear = async (): Promise<Row> =>
  row('microsoft_outlook', {
    tenantId: outlook.tenant,
    clientId: outlook.client,
    clientSecret: outlook.secret,
    userPrincipalName: 'ada@acme.example',
  });

describe('an older row', () => {
  it.each([
    ['Jira with its key in clear', jiraClear, 'Old Jira', 'api_token'],
    ['Jira with its token encrypted', jiraEncrypted, 'Jira', 'api_token'],
    ['GitHub with its token in clear', githubClear, 'GitHub', 'api_token'],
    ['Google with its private key in clear', googleClear, 'Google Calendar', 'service_account'],
    ['Outlook with its secret in clear', outlookClear, 'Microsoft Outlook', 'client_credentials'],
  ] as const)('of %s is migrated, sealed, and once', async (_what, make, name, auth) => {
    const { member } = company();
    const old = await make();

    const first = await migrate(member, { integrations: [old] });
    const second = await migrate(member, { integrations: [old] });

    const [made] = first.body.integrations;
    expect(made).toMatchObject({ provider: old.provider, source: old.id, outcome: 'migrated', name });
    expect(second.body.integrations).toEqual([
      {
        provider: old.provider,
        source: old.id,
        outcome: 'already_migrated',
        integrationId: made.integrationId,
      },
    ]);
    const { integration } = (await member.get(`/integrations/${made.integrationId}`)).body;
    expect(integration).toMatchObject({ name, auth, scope: 'user', status: 'active' });
    const tested = await member.post(`/integrations/${made.integrationId}/test`);
    expect(tested.body).toMatchObject({ ok: true });

    const stored = JSON.stringify(await rowsOf(member), (_, value: unknown) =>
      value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value,
    );
    const secrets = ['apiKey', 'apiToken', 'accessToken', 'private_key', 'clientSecret'].flatMap(
      (field) => old.config[field] ?? [],
    );
    expect(secrets).toHaveLength(1);
    for (const secret of secrets) {
      const inside = secret.split('\n').find((line) => line.length > 8 && !line.startsWith('--')) ?? secret;
      for (const text of [stored, first.text, second.text, tested.text]) expect(text).not.toContain(inside);
    }
  });

  it('brings along nothing the provider has no field for', async () => {
    const { member } = company();
    const old = await jiraEncrypted();

    const { body } = await migrate(member, { integrations: [old] });

    const { integration } = (await member.get(`/integrations/${body.integrations[0].integrationId}`)).body;
    expect(integration.settings).toEqual({ baseUrl: old.config['siteUrl'] });
    expect(Object.keys(integration.secrets).toSorted()).toEqual(['apiToken', 'username']);
  });

  it('of the same account as another makes no second integration', async () => {
    const { member } = company();
    const old = await jiraClear();
    const twin = { ...old, id: newId('old'), name: 'Twin' };

    const first = await migrate(member, { integrations: [old] });
    const second = await migrate(member, { integrations: [twin] });

    expect(second.body.integrations[0]).toMatchObject({
      outcome: 'already_migrated',
      integrationId: first.body.integrations[0].integrationId,
    });
    expect((await member.get('/integrations/connected')).body.integrations).toHaveLength(1);
  });

  it('carries later links of its provider', async () => {
    const { member } = company();
    const account = await aGithubAccount();
    await migrate(member, { integrations: [row('github', { token: account.token })] });

    const rows = { personGithubAccounts: [{ personId: newId('person'), githubUsername: account.login }] };
    const previewed = await preview(member, rows);
    const { body } = await migrate(member, rows);

    expect(previewed.body.links).toEqual([expect.objectContaining({ outcome: 'would_migrate' })]);
    expect(body.links).toEqual([expect.objectContaining({ outcome: 'migrated' })]);
  });
});

describe('an older row that is broken', () => {
  const token = { token: 'ghp_x' };
  const at = (baseUrl: string) => ({ baseUrl, username: 'ada@acme.example', apiToken: 'x' });

  it.each([
    ['lacks its secret', row('github', { token: '' }), 'invalid_request'],
    ['lacks everything', row('jira', {}), 'invalid_request'],
    ['has an address of nobody we know', row('jira', at('https://evil.example')), 'invalid_url'],
    ['has an address inside', row('jira', at('https://169.254.169.254')), 'invalid_url'],
    ['is of a provider that is not there yet', row('slack', token), 'provider_not_available'],
    ['is of no provider', row('myspace', token), 'provider_not_available'],
    [
      'is of a kind the provider has not',
      row('github', token, { auth: 'service_account' }),
      'invalid_request',
    ],
  ])('because it %s is told, in preview and run, and stores nothing', async (_what, old, code) => {
    const { member } = company();

    const replies = [
      await preview(member, { integrations: [old] }),
      await migrate(member, { integrations: [old] }),
    ];

    for (const { status, body } of replies) {
      expect(status).toBe(200);
      expect(body).toEqual({
        needsMigration: true,
        integrations: [
          {
            provider: old.provider,
            source: old.id,
            outcome: 'failed',
            code,
            detail: expect.stringMatching(/\w+ \w+/),
          },
        ],
        links: [],
      });
    }
    expect(await rowsOf(member)).toEqual([]);
  });

  it('is refused as a whole where it is no row', async () => {
    const { member } = company();
    const bodies = [
      { integrations: [{ provider: 'jira', config: {} }] },
      { integrations: [{ id: 'a', provider: 'jira', config: { baseUrl: 1 } }] },
      { userJiraCredentials: { jiraUsername: 'a', encryptedApiKey: 'b' } },
      { userJiraCredentials: 'everything' },
      { somebodyElses: [] },
    ];

    for (const body of bodies)
      expect((await migrate(member, body)).body).toMatchObject({ status: 400, code: 'invalid_request' });
  });
});
