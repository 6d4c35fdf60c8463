import type { Caller } from '../support/api.ts';
import type { Bench } from '../support/bench.ts';
import { aJiraSite, connectedJira } from '../support/standins.ts';
import { counted, messageOf } from './benched.ts';
import { kinds } from './sources.ts';
import { startedSync } from './synced.ts';

/** Runs of more than one page, each about to begin, and what each must come to. */

export type Subject = {
  admin: Caller;
  id: string;
  syncId: string;
  wanted: { processed: number; full: boolean; counts: object };
  /** Titles by record. */
  things: ReadonlyMap<string, string>;
  /** How many runs there are in the end. */
  runs: number;
};

export type Scenario = {
  name: string;
  /** How many kills the suite takes. */
  sample: number;
  make: (admin: Caller, bench: Bench) => Promise<Subject>;
};

const before = 12;
/** So many that they take two pages. */
const since = 95;

const named = (type: string, ids: readonly string[]): [string, string][] =>
  ids.map((id, index) => [`${type} ${id}`, `Thing ${index + 1}`]);

/** A sync of this integration alone: others wait to be killed. */
const over = async (bench: Bench, admin: Caller, id: string): Promise<void> => {
  const { id: syncId } = await startedSync(admin, id);
  await bench.taken({ id: 'sync' });
  await bench.runJob('sync', messageOf(admin, id, syncId), 300);
};

/** Everything is read, into nothing. */
const first: Scenario['make'] = async (admin, bench) => {
  const source = await kinds[0]?.make(bench.standins);
  if (!source) throw new Error('There is no such source.');
  const ids = await source.add(since);
  const id = await source.connect(admin);
  return {
    admin,
    id,
    syncId: (await startedSync(admin, id)).id,
    wanted: { processed: since, full: true, counts: counted({ created: since }) },
    things: new Map(named('task', ids)),
    runs: 1,
  };
};

/** After a full run some things are new, one has another name and, where the provider tells, some are gone. */
const incremental =
  (provider: string): Scenario['make'] =>
  async (admin, bench) => {
    const kind = kinds.find((one) => one.provider === provider);
    if (!kind) throw new Error('There is no such source.');
    const { type, tells } = kind;
    const source = await kind.make(bench.standins);
    const old = named(type, await source.add(before));
    const id = await source.connect(admin);
    await over(bench, admin, id);

    const [renamed = '', ...others] = old.map(([key]) => key);
    const removed = tells ? others.slice(0, 3) : [];
    const idOf = (key: string): string => key.slice(type.length + 1);
    await source.rename(idOf(renamed), 'Another name');
    for (const key of removed) await source.remove(idOf(key));
    const added = named(type, await source.add(since, 'now'));
    const things = new Map([...old, ...added, [renamed, 'Another name']]);
    for (const key of removed) things.delete(key);
    return {
      admin,
      id,
      syncId: (await startedSync(admin, id)).id,
      wanted: {
        processed: 1 + since + removed.length,
        full: false,
        counts: counted({ created: since, updated: 1, removed: removed.length }),
      },
      things,
      runs: 2,
    };
  };

/** A full run was refused behind its first page; the next goes on there. */
const resumed: Scenario['make'] = async (admin, bench) => {
  const site = await aJiraSite({}, bench.standins['jira']);
  const ago = (hours: number): string => new Date(Date.now() - hours * 3_600_000).toISOString();
  const times = { created: ago(96), updated: { from: ago(72), to: ago(48) } };
  const template = { summary: 'Thing {n}' };
  const { keys } = await site.control<{ keys: string[] }>('POST', '/issues', {
    count: 90 + since,
    template,
    ...times,
  });
  const { id } = await connectedJira(admin, site);
  const match = { path: '/search' };
  await site.fault(
    { match, times: 1, act: { kind: 'delay', ms: 0 } },
    { match, times: 1, act: { kind: 'answer', status: 403 } },
  );
  await over(bench, admin, id);
  return {
    admin,
    id,
    syncId: (await startedSync(admin, id)).id,
    wanted: { processed: since, full: true, counts: counted({ created: since }) },
    things: new Map(named('task', keys)),
    runs: 2,
  };
};

export const scenarios: readonly Scenario[] = [
  { name: 'a first run', sample: 8, make: first },
  { name: 'an incremental run of Jira', sample: 4, make: incremental('jira') },
  { name: 'an incremental run of Google, with removals', sample: 4, make: incremental('google_calendar') },
  { name: 'a run that goes on where another stopped', sample: 4, make: resumed },
];
