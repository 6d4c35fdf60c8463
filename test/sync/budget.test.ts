import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { now } from '../../lib/config/clock.ts';
import { findCredential, ownerOf } from '../../lib/store/integrations.ts';
import { keys } from '../../lib/store/keys.ts';
import { write } from '../../lib/store/table.ts';
import { spend } from '../../lib/sync/budget.ts';
import type { Caller } from '../support/api.ts';
import { type Bench, startBench } from '../support/bench.ts';
import type { JiraSite } from '../support/standins.ts';
import { aSite, begunOn, counted, messageOf, syncOf } from './benched.ts';

/** How often a provider is asked in a minute, by all workers together. */

const things = 100;

let bench: Bench;
let admin: Caller;
let site: JiraSite;
let id: string;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.stop());
beforeEach(async () => {
  ({ admin, site, id } = await aSite(bench, things));
});

const begun = () => begunOn(bench, admin, id);
const deliver = (syncId: string) => bench.runJob('sync', messageOf(admin, id, syncId), 300);

describe('calls that are used up', () => {
  it('are counted for all workers together', async () => {
    // To the beginning of a minute, so that none ends meanwhile.
    bench.advance(60 - Math.floor((now() % 60_000) / 1000));

    const answers = await Promise.all(Array.from({ length: 70 }, () => spend('jira', admin.userId, 25)));
    const other = await spend('jira', `${admin.userId} another`, 25);

    const waiting = answers.filter((wait) => wait > 0);
    expect(answers.length - waiting.length).toBe(25);
    expect(Math.max(...waiting)).toBeLessThanOrEqual(60_000);
    expect(other).toBe(0);
  });

  it('make a run wait for the next minute, which is no failure', async () => {
    const credential = await findCredential(ownerOf(admin, id), id);
    const used = async (count: number): Promise<void> => {
      const minute = Math.floor(now() / 60_000);
      for (const window of [minute, minute + 1])
        await write({
          put: {
            ...keys.budget('jira', `${credential?.tenant} ${credential?.account?.id}`, window),
            used: count,
          },
        });
    };
    const before = (await site.calls()).length;

    const syncId = await begun();
    for (let time = 0; time < 8; time += 1) {
      await used(60);
      await deliver(syncId);
      bench.advance(61);
    }
    const waiting = await syncOf(admin, id, syncId);
    const asked = (await site.calls()).length - before;
    bench.advance(61);
    await deliver(syncId);

    expect(waiting).toMatchObject({ state: 'running', processed: 0 });
    expect(waiting.code).toBeUndefined();
    expect(asked).toBe(0);
    expect(await syncOf(admin, id, syncId)).toMatchObject({
      state: 'succeeded',
      counts: counted({ created: things }),
    });
  });
});
