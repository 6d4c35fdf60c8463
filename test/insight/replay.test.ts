import { marshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { invoke } from '../../infra/local/functions.ts';
import { type Key, keys } from '../../lib/store/keys.ts';
import { queryAll } from '../../lib/store/table.ts';
import { type Caller, caller } from '../support/api.ts';
import { type Bench, startBench } from '../support/bench.ts';
import { aGithubAccount, aJiraSite, connectedGithub, connectedJira } from '../support/standins.ts';
import { syncedOn } from '../sync/benched.ts';

/** Events come to the stream's consumer twice, late, out of order and to several at once; they are counted once. */

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.stop());

const connectedAndSynced = async (scope: 'organization' | 'user' = 'organization') => {
  const admin = caller({}, bench.url);
  const site = await aJiraSite({}, bench.standins['jira']);
  await site.control('POST', '/issues', { count: 4 });
  const { id } = await connectedJira(admin, site, scope);
  await syncedOn(bench, admin, id);
  return { admin, id };
};

type Row = Key & { due?: string };
const month = (): string =>
  new Date(Date.now() + Number(process.env['CLOCK_OFFSET_MS'])).toISOString().slice(0, 7);
const recordsOf = async (admin: Caller) => {
  const rows = await Promise.all(
    [null, admin.userId].map((userId) =>
      queryAll<Row>(keys.eventsOfMonth({ organizationId: admin.organizationId, userId }, month())),
    ),
  );
  return rows
    .flat()
    .filter(({ due }) => due !== undefined)
    .map((row, index) => ({
      eventName: 'INSERT',
      dynamodb: { SequenceNumber: String(index), NewImage: marshall(row) },
    }));
};

const deliver = async (...records: object[]): Promise<void> => {
  const result = await invoke('functions/streams/events.ts', { Records: records }, 60);
  expect(result).toEqual({ batchItemFailures: [] });
};

const counted = async (admin: Caller) => {
  const stats = (await admin.get('/integrations/stats')).body;
  const day = new Date(Date.now() + Number(process.env['CLOCK_OFFSET_MS'])).toISOString().slice(0, 10);
  const { providers } = (await admin.get(`/usage?from=${day}&to=${day}`)).body;
  return { syncs: stats.syncs, items: stats.itemsProcessed, saved: stats.timeSaved.minutes, providers };
};

const right = {
  syncs: { succeeded: 1, failed: 0 },
  items: 4,
  saved: 8,
  providers: [
    {
      provider: 'jira',
      connections: 1,
      connected: 1,
      operations: { integration_created: 1, sync_finished: 1 },
      items: { task: 4 },
      adoption: { users: 1, members: 1, share: 1 },
    },
  ],
};

it.each(['organization', 'user'] as const)(
  'counts once what is the %s’s, however often it comes',
  async (scope) => {
    const { admin } = await connectedAndSynced(scope);
    const records = await recordsOf(admin);
    const nothing = await counted(admin);

    await deliver(...records, ...records.toReversed());
    const once = await counted(admin);
    await Promise.all([deliver(...records), deliver(...records.toReversed())]);
    await bench.follow();

    expect(records).toHaveLength(2);
    expect(nothing).toMatchObject({ syncs: { succeeded: 0 }, items: 0, saved: 0, providers: [] });
    expect(once).toMatchObject(right);
    expect(await counted(admin)).toEqual(once);
  },
);

it('counts what the stream lost once the sweep comes, and the late record changes nothing', async () => {
  const { admin } = await connectedAndSynced();
  const records = await recordsOf(admin);

  await bench.follow();
  const swept = await counted(admin);
  await deliver(...records);
  await bench.follow();

  expect(swept).toMatchObject(right);
  expect(await counted(admin)).toEqual(swept);
});

it('counts once what several consumers are given at once', async () => {
  const all = await Promise.all([connectedAndSynced(), connectedAndSynced(), connectedAndSynced()]);
  const records = (await Promise.all(all.map(({ admin }) => recordsOf(admin)))).flat();

  await Promise.all(Array.from({ length: 4 }, () => deliver(...records)));

  for (const { admin } of all) expect(await counted(admin)).toMatchObject(right);
});

const adoptionOf = async (admin: Caller) => {
  const { providers } = await counted(admin);
  const [{ connections, adoption } = {} as never] = providers as { connections: number; adoption: object }[];
  return { connections, ...adoption };
};

it.each(['in their order', 'in the other order'] as const)(
  'knows no connection and nobody who has one, once what came %s was that it went',
  async (order) => {
    const admin = caller({}, bench.url);
    const account = await aGithubAccount({}, [], bench.standins['github']);
    const { id } = await connectedGithub(admin, account);
    await admin.delete(`/integrations/${id}`);
    const records = await recordsOf(admin);

    for (const record of order === 'in their order' ? records : records.toReversed()) await deliver(record);
    await deliver(...records);

    expect(records).toHaveLength(2);
    expect(await adoptionOf(admin)).toEqual({ connections: 0, users: 0, members: 1, share: 0 });
  },
);

it('counts who connected a provider as long as one of theirs stands, whoever disconnects it', async () => {
  const admin = caller({}, bench.url);
  const { organizationId } = admin;
  const member = caller({ organizationId, role: 'member' }, bench.url);
  const another = caller({ organizationId }, bench.url);
  const connect = async (who: Caller, scope: 'organization' | 'user') =>
    (await connectedGithub(who, await aGithubAccount({}, [], bench.standins['github']), scope)).id as string;
  const shared = [await connect(admin, 'organization'), await connect(admin, 'organization')];
  const own = await connect(member, 'user');
  const told: unknown[] = [];
  const tell = async (): Promise<void> => {
    await bench.follow();
    told.push(await adoptionOf(admin));
  };

  await tell();
  for (const id of shared) {
    await another.delete(`/integrations/${id}`);
    await tell();
  }
  await member.delete(`/integrations/${own}`);
  await tell();

  expect(told).toEqual([
    { connections: 3, users: 2, members: 2, share: 1 },
    { connections: 2, users: 2, members: 3, share: 2 / 3 },
    { connections: 1, users: 1, members: 3, share: 1 / 3 },
    { connections: 0, users: 0, members: 3, share: 0 },
  ]);
});
