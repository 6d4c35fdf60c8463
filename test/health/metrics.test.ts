import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { metricNamespace, type OwnMetric, ownMetrics, providerMetrics } from '../../lib/contract/metrics.ts';
import { caller, local, request } from '../support/api.ts';
import { type Cloud, removeData, startCloud, temporaryDirectory } from '../support/cloud.ts';
import { consent } from '../support/consent.ts';
import { aGithubAccount, aJiraSite, connectedGithub, connectedJira, control } from '../support/standins.ts';

/** What our functions count: one line each, as CloudWatch reads metrics from logs, and nothing else in it. */

type Line = Record<string, unknown> & { _aws?: { Timestamp: number; CloudWatchMetrics: unknown[] } };
const linesOf = ({ data }: Cloud): Line[] =>
  readFileSync(join(data, 'functions.log'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);

/** The lines of a metric since the cloud began, once all is written that was logged before. */
const linesWith = async (cloud: Cloud, name: string): Promise<Line[]> => {
  const { headers } = await request(`${cloud.url}/api/v1/health`);
  const id = headers.get('x-request-id') ?? '';
  await vi.waitFor(() => expect(linesOf(cloud).some(({ requestId }) => requestId === id)).toBe(true));
  return linesOf(cloud).filter((line) => name in line);
};
/** A line as CloudWatch takes it, with these dimensions and values. */
const counting = (dimensions: object, units: Record<string, string>, values: object) => ({
  level: 'info',
  message: 'counted',
  at: expect.any(String),
  _aws: {
    Timestamp: expect.any(Number),
    CloudWatchMetrics: [
      {
        Namespace: metricNamespace,
        Dimensions: [['Environment', ...Object.keys(dimensions)]],
        Metrics: Object.entries(units).map(([Name, Unit]) => ({ Name, Unit })),
      },
    ],
  },
  Environment: 'local',
  ...dimensions,
  ...values,
});
const valuesOf = async (cloud: Cloud, name: OwnMetric): Promise<unknown[]> => {
  const lines = await linesWith(cloud, name);
  for (const line of lines)
    expect(line).toEqual(counting({}, { [name]: 'Count' }, { [name]: expect.any(Number) }));
  return lines.map((line) => line[name]);
};
const sum = (values: unknown[]): number => values.reduce<number>((total, value) => total + Number(value), 0);
const schedule = (cloud: Cloud, id: string) => local('POST', `schedules/${id}`, undefined, cloud.url);

describe('in a cloud where all is well', () => {
  let cloud: Cloud;
  beforeAll(async () => {
    cloud = await startCloud();
  });
  afterAll(async () => {
    await cloud.stop();
    removeData(cloud);
  });

  it('nothing is counted but that nothing was open', async () => {
    await schedule(cloud, 'recover-intents');

    expect(new Set(await valuesOf(cloud, 'OpenIntents'))).toEqual(new Set([0]));
    expect(await valuesOf(cloud, 'NeedsReauth')).toEqual([]);
    expect(await valuesOf(cloud, 'KmsErrors')).toEqual([]);
  });

  it('an integration that needs its person counts once, whichever way it came to that', async () => {
    const admin = caller({}, cloud.url);
    const before = await valuesOf(cloud, 'NeedsReauth');
    const account = await aGithubAccount({}, [], cloud.standins['github']);
    const { id } = await connectedGithub(admin, account);
    const oauth = (method: string, path: string, body?: object) =>
      control('google_calendar', method, `oauth/${path}`, body, cloud.standins['google_calendar']);
    const consented = await consent(admin, { provider: 'google_calendar', user: 'ada@acme.example' });
    const { families } = (await oauth('GET', 'families?account=ada@acme.example')) as {
      families: { id: string }[];
    };

    await control('github', 'POST', 'tokens/revoke', { token: account.token }, cloud.standins['github']);
    await oauth('POST', 'expire', { family: families.at(-1)?.id, what: 'both' });
    for (const one of [id, id, consented.id, consented.id])
      await admin.post(`/integrations/${one}/search`, { query: 'a' });

    expect(await valuesOf(cloud, 'NeedsReauth')).toEqual([...before, 1, 1]);
  });

  it('a refresh whose outcome is unknown counts as open when it is taken up again', async () => {
    const admin = caller({}, cloud.url);
    const user = 'grace@acme.example';
    const oauth = (method: string, path: string, body?: object) =>
      control('google_calendar', method, `oauth/${path}`, body, cloud.standins['google_calendar']);
    const { id } = await consent(admin, { provider: 'google_calendar', user });
    const { families } = (await oauth('GET', `families?account=${user}`)) as { families: { id: string }[] };
    await oauth('POST', 'expire', { family: families.at(-1)?.id, what: 'access' });
    const act = { kind: 'answer', status: 503 };
    await oauth('POST', 'faults', { match: { account: user }, times: 1, when: 'before', act });
    const refused = await admin.post(`/integrations/${id}/search`, { query: 'a' });
    const before = await valuesOf(cloud, 'OpenIntents');

    await local('POST', 'clock', { advanceSeconds: 60 }, cloud.url);
    await schedule(cloud, 'recover-intents');
    await schedule(cloud, 'recover-intents');

    expect(refused.body.code).toBe('token_unavailable');
    const after = await valuesOf(cloud, 'OpenIntents');
    expect(sum(after) - sum(before)).toBe(1);
    expect(after.at(-1)).toBe(0);
    expect((await admin.post(`/integrations/${id}/search`, { query: 'a' })).status).toBe(200);
  });
});

describe('a provider', () => {
  let cloud: Cloud;
  beforeAll(async () => {
    cloud = await startCloud();
  });
  afterAll(async () => {
    await cloud.stop();
    removeData(cloud);
  });

  it('is told of with each use, well or not: how many calls, errors, and how long; not whose', async () => {
    const admin = caller({}, cloud.url);
    const site = await aJiraSite({}, cloud.standins['jira']);
    const { id } = await connectedJira(admin, site);
    const search = async (act?: Parameters<typeof site.fault>[0]['act']): Promise<string> => {
      // A call that may be repeated is tried three times.
      if (act) await site.fault({ times: 3, act });
      return (await admin.post(`/integrations/${id}/search`, { query: 'a' })).body.code ?? 'ok';
    };

    const outcomes = [
      await search(),
      await search({ kind: 'answer', status: 500 }),
      await search({ kind: 'hang' }),
    ];
    const unknown = await admin.get(`/integrations/${id}/entity?type=issue&externalId=TEST-99`);
    const lines = await linesWith(cloud, 'ProviderCalls');

    expect(outcomes).toEqual(['ok', 'provider_error', 'provider_unreachable']);
    expect(unknown.status).toBe(404);
    const units = { ProviderCalls: 'Count', ProviderErrors: 'Count', ProviderLatency: 'Milliseconds' };
    const use = (ProviderErrors: number) =>
      counting({ Provider: 'jira' }, units, {
        ProviderCalls: 1,
        ProviderErrors,
        ProviderLatency: [expect.any(Number)],
      });
    expect(lines).toEqual([use(0), use(0), use(1), use(1), use(0)]);
    expect(Object.keys(units)).toEqual([...providerMetrics]);
  });
});

describe('in a cloud whose key is disabled', () => {
  it('each call of KMS that fails is counted, and the caller told to come back', async () => {
    const data = temporaryDirectory();
    const key = { material: Buffer.alloc(32).toString('base64'), enabled: false };
    writeFileSync(join(data, 'kms.json'), JSON.stringify({ '00000000-0000-4000-8000-000000000001': key }));
    // Without stand-ins of its own the cloud has no apps whose secrets it would have to seal at its start.
    const elsewhere = ['jira', 'google_calendar', 'microsoft_outlook'].flatMap((id) => [
      '--provider',
      `${id}=http://127.0.0.1:9`,
    ]);
    const github = await startCloud();
    const cloud = await startCloud([...elsewhere, '--provider', `github=${github.standins['github']}`], {
      data,
    });
    const admin = caller({}, cloud.url);
    const account = await aGithubAccount({}, [], github.standins['github']);

    const { status, body } = await admin.post('/integrations/connect', {
      provider: 'github',
      scope: 'organization',
      auth: 'api_token',
      ...account.connection,
    });
    const counted = await valuesOf(cloud, 'KmsErrors');
    for (const one of [cloud, github]) {
      await one.stop();
      removeData(one);
    }

    expect({ status, code: body.code }).toEqual({ status: 503, code: 'unavailable' });
    expect(counted).toEqual([1]);
  });
});

it('every metric of ours is shown above', () => {
  expect(ownMetrics.toSorted()).toEqual(['KmsErrors', 'NeedsReauth', 'OpenIntents']);
});
