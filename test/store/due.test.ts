import { afterAll, beforeAll, expect, it } from 'vitest';
import { now } from '../../lib/config/clock.ts';
import { pagesOfDue } from '../../lib/store/due.ts';
import { ownerOf } from '../../lib/store/integrations.ts';
import { type Key, keys } from '../../lib/store/keys.ts';
import { write } from '../../lib/store/table.ts';
import { newState } from '../../lib/sync/begin.ts';
import { caller } from '../support/api.ts';
import { type Bench, startBench } from '../support/bench.ts';
import { aJiraSite, connectedJira } from '../support/standins.ts';

/** What is due in the index, and what nobody can handle among it. */

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.stop());

const dueOf = async (kind: string, pageSize: number): Promise<Key[]> => {
  const found: Key[] = [];
  for await (const page of pagesOfDue(kind, { until: now(), left: () => 1, pageSize })) found.push(...page);
  return found;
};
/** Puts items into every part of the index, due before all else. */
const inEveryPart = async (kind: string, itemFor: (index: number) => Key & object): Promise<void> => {
  for (const [index, due] of keys.duePartitions(kind).entries())
    await write({ put: { ...itemFor(index), due, dueAt: 1 } });
};
const namesOf = (found: readonly Key[]): string[] => found.map(({ pk, sk }) => `${pk} ${sk}`).toSorted();

it('is found whole, however small the pages are', async () => {
  const admin = caller({}, bench.url);
  for (let index = 0; index < 5; index += 1)
    await connectedJira(admin, await aJiraSite({}, bench.standins['jira']));

  const whole = await dueOf('event', 1000);
  const inPages = await dueOf('event', 1);

  expect(whole.length).toBeGreaterThanOrEqual(5);
  expect(new Set(namesOf(inPages)).size).toBe(inPages.length);
  expect(namesOf(inPages)).toEqual(namesOf(whole));
});

it('events nobody can handle keep no other from being handled, and the run fails for all to see', async () => {
  const admin = caller({}, bench.url);
  await connectedJira(admin, await aJiraSite({}, bench.standins['jira']));
  await inEveryPart('event', (index) => ({ pk: `NOBODY#${index}`, sk: 'EVENT#hopeless' }));
  bench.advance(180);

  await expect(bench.runSchedule('sweep-events')).rejects.toThrow('sweep-events failed');

  const left = await dueOf('event', 100);
  expect(left.map(({ sk }) => sk)).toEqual(keys.duePartitions('event').map(() => 'EVENT#hopeless'));
});

it('syncs nobody can start keep no other from being started', async () => {
  const admin = caller({}, bench.url);
  const { id } = await connectedJira(admin, await aJiraSite({}, bench.standins['jira']));
  const { body } = await admin.put(`/integrations/${id}/schedule`, { interval: '15m' });
  // At an interval this version does not know.
  await inEveryPart('sync', (index) => {
    const integrationId = `int_o_${String(index).repeat(22)}`;
    const state = { ...newState(integrationId, 'jira'), interval: 'sometimes', nextSyncAt: 1 };
    return { ...keys.sync(ownerOf(admin, integrationId), integrationId), ...state };
  });
  bench.advance(Math.ceil((Date.parse(body.nextSyncAt) - now()) / 1000) + 1);

  await expect(bench.runSchedule('queue-due-syncs')).rejects.toThrow('queue-due-syncs failed');
  await bench.drain();

  expect((await admin.get(`/integrations/${id}/syncs`)).body.syncs).toMatchObject([
    { trigger: 'schedule', state: 'succeeded' },
  ]);
});
