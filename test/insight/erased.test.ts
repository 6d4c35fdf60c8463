import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Caller, caller } from '../support/api.ts';
import { type Bench, startBench } from '../support/bench.ts';
import { aGithubAccount, connectedGithub } from '../support/standins.ts';

/** What is counted of those who were erased: that they are gone, once, wherever erasing them was cut short. */

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.stop());

const connect = async (who: Caller, scope: 'organization' | 'user'): Promise<string> =>
  (await connectedGithub(who, await aGithubAccount({}, [], bench.standins['github']), scope)).id;

/** An organisation with one integration, whose member has two of their own, one of them in use; what of it was counted, the test says. */
const anOrganization = async (counting: 'counted' | 'not counted yet') => {
  const admin = caller({}, bench.url);
  const member = caller({ organizationId: admin.organizationId, role: 'member' }, bench.url);
  await connect(admin, 'organization');
  const [, unused] = [await connect(member, 'user'), await connect(member, 'user')];
  const { status } = await member.post(`/integrations/${unused}/reset`);
  expect(status).toBe(200);
  if (counting === 'counted') await bench.follow();
  return { admin, member };
};
type Company = Awaited<ReturnType<typeof anOrganization>>;

/** Asks for an erasure; the message its job got. */
const asked = async (admin: Caller, subject: object): Promise<object> => {
  const { status, text } = await admin.post('/erase', { subject });
  if (status !== 202) throw new Error(`erase: ${status} ${text}`);
  const [message] = await bench.taken({ id: 'erase' });
  return JSON.parse(message?.Body ?? '') as object;
};
const askedFor = {
  member: ({ admin, member }: Company) => asked(admin, { kind: 'user', id: member.userId }),
  organization: ({ admin }: Company) => asked(admin, { kind: 'organization', id: admin.organizationId }),
};

const used = async ({ admin }: Company) => {
  await bench.follow();
  const day = new Date(Date.now() + Number(process.env['CLOCK_OFFSET_MS'])).toISOString().slice(0, 10);
  const { providers } = (await admin.get(`/usage?from=${day}&to=${day}`)).body;
  const [{ connections, connected, disconnected, adoption }] = providers;
  return { connections, connected, disconnected, adoption };
};

const withoutMember = {
  connections: 1,
  connected: 3,
  disconnected: 2,
  adoption: { users: 1, members: 1, share: 1 },
};

/** How many others a stranger is told to have connected GitHub. */
const othersWithGithub = async (): Promise<number> => {
  const { recommendations } = (await caller({}, bench.url).get('/integrations/recommendations')).body;
  const github = recommendations.find(({ provider }: { provider: string }) => provider === 'github');
  expect(github.reason).toContain(`${github.numbers.organizations} other organisation`);
  return github.numbers.organizations;
};

const writes = new Set(['BatchWriteItem', 'DeleteItem', 'UpdateItem', 'TransactWriteItems']);
/** Every place at which an erasure writes, before and after. */
const placesOf = async (what: keyof typeof askedFor) => {
  const payload = await askedFor[what](await anOrganization('not counted yet'));
  bench.faults.watch();
  await bench.runJob('erase', payload);
  const nths = bench.faults.unwatch().flatMap(({ operation }, nth) => (writes.has(operation) ? [nth] : []));
  return nths.flatMap((nth) => (['before', 'after'] as const).map((when) => ({ nth, when })));
};

/** Fails at this place, then is delivered again, and once more than it takes. */
const interrupted = async (payload: object, nth: number, when: 'before' | 'after'): Promise<void> => {
  bench.faults.watch({ nth, when, act: 'error', attempts: 'all' });
  await bench.runJob('erase', payload);
  bench.faults.unwatch();
  for (const delivery of [2, 3]) await bench.runJob('erase', payload, 120, delivery);
};

it.each(['counted', 'not counted yet'] as const)(
  'a member’s connections are gone from the usage, where they were %s',
  async (counting) => {
    const company = await anOrganization(counting);

    await bench.runJob('erase', await askedFor.member(company));

    expect(await used(company)).toEqual(withoutMember);
    const { events } = (await company.admin.get('/audit?action=integration.deleted')).body;
    expect(events).toHaveLength(2);
    for (const event of events) expect(event).toMatchObject({ actor: 'system', provider: 'github' });
    expect(events.some((event: object) => 'target' in event)).toBe(false);
  },
);

it('a member’s connections are counted once, wherever the erasure failed and began again', async () => {
  const places = await placesOf('member');
  for (const { nth, when } of places) {
    const company = await anOrganization('not counted yet');
    await interrupted(await askedFor.member(company), nth, when);
    expect(await used(company), `${when} ${nth}`).toEqual(withoutMember);
  }
  expect(places.length).toBeGreaterThan(10);
}, 300_000);

it('an organisation is no longer among those that have a provider', async () => {
  const [company] = [await anOrganization('counted'), await anOrganization('counted')];
  const before = await othersWithGithub();
  const payload = await askedFor.organization(company);

  await Promise.all([1, 2].map((delivery) => bench.runJob('erase', payload, 120, delivery)));
  const once = await othersWithGithub();
  for (const delivery of [2, 3]) await bench.runJob('erase', payload, 120, delivery);
  await bench.follow();

  expect(once).toBe(before - 1);
  expect(await othersWithGithub()).toBe(before - 1);
});

it('an organisation is taken off once, wherever its erasure failed and began again', async () => {
  const places = await placesOf('organization');
  await anOrganization('counted');
  const before = await othersWithGithub();
  for (const { nth, when } of places) {
    const company = await anOrganization('counted');
    await interrupted(await askedFor.organization(company), nth, when);
    expect(await othersWithGithub(), `${when} ${nth}`).toBe(before);
  }
  expect(places.length).toBeGreaterThan(5);
}, 300_000);
