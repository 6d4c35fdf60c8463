import { randomBytes } from 'node:crypto';
import { seal } from '../../lib/credentials/envelope.ts';
import { type Caller, caller, local, newId } from '../support/api.ts';
import type { Cloud } from '../support/cloud.ts';
import { aGithubAccount, aJiraSite, connectedGithub, connectedJira, control } from '../support/standins.ts';
import { settled } from '../support/table.ts';
import type { Finding } from './goals.ts';

/** What is counted at a running cloud: P1, P2, P8, P9, P12 and P13. */

type Totals = {
  calls: number;
  dynamodb: Record<'requests' | 'writes' | 'readUnits', number>;
  kms: number;
  provider: number;
};

/** What an operation asked of others while something ran. */
const costOf = async ({ url }: Cloud, operation: string, run: () => Promise<unknown>): Promise<Totals> => {
  await local('DELETE', 'metrics', undefined, url);
  await run();
  const { body } = await local('GET', 'metrics', undefined, url);
  return body.operations[operation] as Totals;
};

const times = async (count: number, run: () => Promise<{ status: number; text: string }>): Promise<void> => {
  for (let time = 0; time < count; time += 1) {
    const { status, text } = await run();
    if (status >= 300) throw new Error(`${status} ${text}`);
  }
};

const useFindings = async (cloud: Cloud, admin: Caller): Promise<Finding[]> => {
  const site = await aJiraSite({}, cloud.standins['jira']);
  const { id, account } = await connectedJira(admin, site);
  await settled(cloud);
  const use = () =>
    admin.get(`/integrations/${id}/entity?type=person&externalId=${encodeURIComponent(account.id)}`);
  await use();
  const warm = await costOf(cloud, 'integrations.entity', () => times(40, use));
  await local('POST', 'clock', { advanceSeconds: 301 }, cloud.url);
  const cold = await costOf(cloud, 'integrations.entity', () => times(40, use));
  const list = await costOf(cloud, 'integrations.list', () =>
    times(10, () => admin.get('/integrations/connected')),
  );
  const link = await costOf(cloud, 'links.create', () =>
    times(10, () => {
      const entity = { type: 'Person', id: newId('person') };
      return admin.post('/links', {
        entity,
        integrationId: id,
        external: { type: 'person', id: account.id },
      });
    }),
  );
  const writes = (warm.dynamodb.writes - warm.calls) / warm.calls;
  const told = { atMost: null, timed: false };
  return [
    {
      goal: 'P1',
      what: 'read units to fetch a fresh credential',
      figure: warm.dynamodb.readUnits / warm.calls,
      atMost: 1,
      timed: false,
    },
    { goal: 'P1', what: 'calls of KMS for it, the key cached', figure: warm.kms, atMost: 0, timed: false },
    {
      goal: 'P1',
      what: 'writes of health a provider call, besides the limiter’s one',
      figure: writes,
      atMost: 0.1,
      timed: false,
    },
    { goal: 'P1', what: 'the same at Nango', figure: '6 SQL (one a write) + 3 Redis', ...told },
    {
      goal: 'P2',
      what: 'requests of a list',
      figure: list.dynamodb.requests / list.calls,
      atMost: 2,
      timed: false,
    },
    {
      goal: 'P2',
      what: 'transactions of a link, besides the limiter’s write and each tenth call’s health',
      figure: Math.floor((link.dynamodb.writes - link.calls) / link.calls),
      ...{ atMost: 1, timed: false },
    },
    {
      goal: 'P8',
      what: 'calls of KMS in 40 uses of an organisation within 5 minutes',
      figure: cold.kms,
      atMost: 1,
      timed: false,
    },
  ];
};

const sealFindings = async (): Promise<Finding> => {
  const secrets = { token: randomBytes(60).toString('hex') };
  const place = {
    ...{ organizationId: newId('org'), userId: null, holder: newId('int'), provider: 'github' },
    ...{ field: 'credentials' as const, version: 1 },
  };
  const sealed = await seal(place, secrets, { version: 1, key: randomBytes(32) });
  const figure = sealed.length - Buffer.byteLength(JSON.stringify(secrets));
  return { goal: 'P9', what: 'bytes a ciphertext is longer than its text', figure, atMost: 33, timed: false };
};

const inMarch = '2025-03-12T10:00:00Z';

const activityFindings = async (cloud: Cloud, admin: Caller): Promise<Finding[]> => {
  const { jira, github } = cloud.standins;
  const [person, accountId] = [newId('person'), newId('712020')];
  const site = await aJiraSite({ users: [{ displayName: 'Ann Lee', accountId }] }, jira);
  const issue = { assignee: accountId, updated: inMarch };
  await site.control('POST', '/issues', { issues: Array.from({ length: 150 }, () => issue) });
  const account = await aGithubAccount({}, ['repo'], github);
  const repository = `${account.login}/app`;
  await control('github', 'POST', 'repositories', { repository }, github);
  const pulls = { repository, author: account.login, count: 100, created: inMarch, updated: inMarch };
  await control('github', 'POST', 'pulls', pulls, github);
  const link = (integrationId: string, id: string) =>
    admin.post('/links', {
      entity: { type: 'Person', id: person },
      integrationId,
      external: { type: 'person', id },
    });
  await link((await connectedJira(admin, site)).id, accountId);
  await link((await connectedGithub(admin, account)).id, account.login);
  const ask = async () => {
    const { body } = await admin.get(`/persons/${person}/activity?from=2025-03-01&to=2025-03-31`);
    if (body.items?.length !== 250) throw new Error(`The activity has ${body.items?.length} items.`);
  };
  const first = await costOf(cloud, 'activity.person', ask);
  const again = await costOf(cloud, 'activity.person', ask);
  return [
    {
      goal: 'P12',
      what: 'provider calls for 100 pull requests and 150 tickets',
      figure: first.provider,
      atMost: 5,
      timed: false,
    },
    { goal: 'P12', what: 'within the time of the cache', figure: again.provider, atMost: 0, timed: false },
  ];
};

const acrossFindings = async (cloud: Cloud): Promise<Finding[]> => {
  const admin = caller({}, cloud.url);
  const text = newId('word');
  for (let one = 0; one < 6; one += 1) {
    const site = await aJiraSite({}, cloud.standins['jira']);
    await site.control('POST', '/issues', { count: 1, template: { summary: `${text} {n}` } });
    await connectedJira(admin, site, 'organization', { name: newId('site') });
    if (one === 2) await site.fault({ times: 50, act: { kind: 'hang' } });
  }
  const begun = performance.now();
  const { body } = await admin.post('/search', { query: text, types: ['issue'] });
  const seconds = (performance.now() - begun) / 1000;
  const missing = 5 - body.sources.filter(({ status }: { status: string }) => status === 'ok').length;
  return [
    {
      goal: 'P13',
      what: 'sources missing of the five that answer when one of six hangs',
      figure: missing,
      atMost: 0,
      timed: false,
    },
    { goal: 'P13', what: 'seconds until the answer', figure: seconds, atMost: 2.5, timed: true },
  ];
};

export const countFindings = async (cloud: Cloud): Promise<Finding[]> => {
  const admin = caller({}, cloud.url);
  return [
    ...(await useFindings(cloud, admin)),
    await sealFindings(),
    ...(await activityFindings(cloud, admin)),
    ...(await acrossFindings(cloud)),
  ];
};
