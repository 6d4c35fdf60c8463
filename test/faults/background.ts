import { marshall } from '@aws-sdk/util-dynamodb';
import { invoke } from '../../infra/local/functions.ts';
import { now } from '../../lib/config/clock.ts';
import type { commands } from '../../lib/contract/commands.ts';
import type { jobs } from '../../lib/contract/jobs.ts';
import type { schedules } from '../../lib/contract/schedules.ts';
import type { streams } from '../../lib/contract/streams.ts';
import { newEventId } from '../../lib/model/ids.ts';
import { keys } from '../../lib/store/keys.ts';
import { sealTokens } from '../../lib/tokens/sealed.ts';
import {
  aConnection,
  atProvider,
  type Connection,
  credentialOf,
  payloadFor,
} from '../refresh-faults/connection.ts';
import { aCompany, type Company } from '../security/company.ts';
import { newId } from '../support/api.ts';
import { type Bench, shortTimes, startBench } from '../support/bench.ts';
import { control } from '../support/standins.ts';
import { type Item, openTable, type State, type Table } from './state.ts';
import { isWithin, type Outcome, type Subject } from './trial.ts';

/**
 * A valid run of every job, schedule, command and consumer of the stream, made anew as often as one likes.
 * Long because there is a row for each.
 */

type Ids<T extends readonly { id: string }[]> = T[number]['id'];
type Row = Partial<Subject> & Pick<Subject, 'prepare'>;
/** Nothing that runs without a caller goes untried: one without a row does not compile. */
type Rows = Record<
  | `jobs/${Ids<typeof jobs>}`
  | `schedules/${Ids<typeof schedules>}`
  | `commands/${Ids<typeof commands>}`
  | `streams/${Ids<typeof streams>}`,
  Row
>;

let bench: Bench;
let table: Table;
let company: Company;
let rotating: Connection;
let reset: Connection;
let deleted: Connection;
let stands: State;

/** Starts all that the rows work on; they work on the last that was started. */
export const startPlace = async () => {
  bench = await startBench(shortTimes);
  table = openTable(bench.database);
  const forLong = { account: 'ada@acme.example', policy: { accessSeconds: 90 * 86_400 } };
  await control('google_calendar', 'POST', 'oauth/policy', forLong, bench.standins['google_calendar']);
  company = await aCompany(bench);
  rotating = await aConnection(bench, 'with a grace period');
  const lasting = { accessSeconds: 90 * 86_400, graceSeconds: 1e9, graceFor: 'any', idleSeconds: null };
  await atProvider(rotating, 'POST', 'policy', { account: rotating.person.user, policy: lasting });
  reset = await aConnection(bench, 'that ends the old access token');
  await reset.admin.post(`/integrations/${reset.id}/reset`);
  deleted = await aConnection(bench, 'that ends the old access token');
  const { user } = deleted.person;
  for (const type of ['Person', 'Person'])
    await deleted.admin.post('/links', {
      entity: { type, id: newId('person') },
      integrationId: deleted.id,
      external: { type: 'person', id: user },
    });
  await deleted.admin.delete(`/integrations/${deleted.id}`);
  bench.advance(180);
  await bench.runSchedule('sweep-events');
  await Promise.all(['revoke', 'purge-integration'].map((id) => bench.taken({ id })));
  stands = await table.read();
  return {
    bench,
    table,
    stands,
    stop: async (): Promise<void> => {
      table.stop();
      await bench.stop();
    },
  };
};

const told = async (run: () => Promise<unknown>): Promise<Outcome> => {
  try {
    const result = (await run()) as { batchItemFailures?: unknown[] } | undefined;
    return { done: (result?.batchItemFailures ?? []).length === 0, misfit: null };
  } catch (error) {
    // What fails as a whole says no more than that its log line says how.
    const { message } = error as Error;
    return { done: false, misfit: message.endsWith('its log line says how.') ? null : message };
  }
};
const job =
  (id: string, payload: () => object | Promise<object>): Row['prepare'] =>
  async () => {
    const given = await payload();
    return () => told(() => bench.runJob(id, given));
  };
const schedule =
  (id: string, before: () => Promise<unknown> = async () => {}): Row['prepare'] =>
  async () => {
    await before();
    return () => told(() => bench.runSchedule(id));
  };
const command =
  (id: string, payload: () => object): Row['prepare'] =>
  async () => {
    const given = payload();
    return () => told(() => bench.runCommand(id, given));
  };

const ownerOf = ({ admin }: Company) => ({ organizationId: admin.organizationId, userId: null });

const itemOf = (key: string): Item => {
  const row = stands.get(key);
  if (!row) throw new Error(`There is no ${key}.`);
  return row.item;
};
const syncOf = (partition: string, { integrationId }: Pick<Company['personal'], 'integrationId'>): Item =>
  itemOf(`${partition}#INT#${integrationId} SYNC`);

/** The credential of the rotating connection with other attributes. */
const withCredential = async (set: Record<string, unknown>): Promise<void> => {
  const item = itemOf(`ORG#${rotating.owner.organizationId} CRED#${rotating.id}`);
  await table.put({ ...item, ...marshall(set) });
};
/** Filled up: near a kilobyte, a byte more or less in names and times of a run would cost a unit. */
const dueNow = (kind: string) => withCredential({ due: `${kind}#0`, dueAt: 1, filling: 'x'.repeat(100) });

/** The one item that is new and will be due, of a kind of the index. */
const newlyDue = async (kind: string): Promise<Item> => {
  const found = [...(await table.read())].filter(
    ([key, { item }]) => !stands.has(key) && item['due']?.S?.startsWith(`${kind}#`),
  );
  const [row] = found;
  if (!row || found.length > 1) throw new Error(`There are ${found.length} new of ${kind}.`);
  return row[1].item;
};
const dueSince = (item: Item, set: Record<string, unknown> = {}): Promise<void> =>
  table.put({ ...item, ...marshall({ ...set, dueAt: 1 }) });

/** An event that a job follows. */
const aDeletion = async (): Promise<Item> => {
  const { admin, organization } = company;
  await admin.delete(`/integrations/${organization.calendar.integrationId}`);
  return newlyDue('event');
};

const newEvent = async () => ({
  Records: [{ eventName: 'INSERT', dynamodb: { NewImage: await aDeletion(), SequenceNumber: '1' } }],
});

/** A sync that is due, and none that is only to be looked after. */
const aDueSync = async (): Promise<void> => {
  const { admin, member, organization, personal } = company;
  const {
    due: _due,
    dueAt: _at,
    ...quiet
  } = syncOf(`ORG#${admin.organizationId}#USER#${member.userId}`, personal);
  await table.put(quiet);
  const set = { running: null, interval: '15m', nextSyncAt: 1, due: 'sync#0' };
  await dueSince(syncOf(`ORG#${admin.organizationId}`, organization), set);
};

/** An erasure whose job was lost, and an event that is older than events are kept. */
const aLostErasure = async (): Promise<void> => {
  const { admin, organization } = company;
  await admin.post('/erase', { subject: { kind: 'entity', entity: organization.entity } });
  await bench.taken({ id: 'erase' });
  await dueSince(await newlyDue('erasure'));
  const at = now() - 410 * 86_400_000;
  const key = keys.event(ownerOf(company), new Date(at).toISOString(), newEventId(at));
  await table.put(marshall({ ...key, action: 'link.created' }));
};

/** A rotation whose older keys nobody seals with any more. */
const anOldRotation = async (): Promise<void> => {
  const { organizationId } = ownerOf(company);
  const due = { due: 'rotation#0', dueAt: 1 };
  await table.put(marshall({ ...keys.rotation(organizationId), organizationId, since: 1, at: 1, ...due }));
};

export const rows: Rows = {
  'jobs/refresh': {
    prepare: job('refresh', () => payloadFor(rotating, 1)),
    // The claim says what may be going on; whoever comes once its lease is over goes on from there.
    between: (changed) =>
      changed.every((line) => / (holder|fence|leaseUntil|intentSince|intentCount|due|dueAt): /.test(line)),
    patience: shortTimes.lease + 100,
    counts: / (fence|holder|committedBy): /,
  },
  'jobs/rescue': {
    prepare: job('rescue', async () => {
      const credential = await credentialOf(rotating);
      const { owner } = rotating;
      const plain = { accessToken: newId('access'), refreshToken: newId('refresh') };
      return {
        ...owner,
        integrationId: rotating.id,
        provider: 'jira',
        app: credential.app,
        fence: credential.fence,
        tokens: Buffer.from(await sealTokens(owner, credential, 2, plain)).toString('base64'),
        tokenVersion: 2,
        set: { accessExpiresAt: credential.accessExpiresAt, aheadRefreshed: false },
      };
    }),
  },
  'jobs/revoke': { prepare: job('revoke', () => ({ ...reset.owner, integrationId: reset.id })) },
  'jobs/purge-integration': {
    prepare: job('purge-integration', () => ({ ...deleted.owner, integrationId: deleted.id, after: null })),
    // Page by page, once its tokens have ended; what it still needs goes last.
    between: (changed, after) =>
      isWithin(
        changed.filter((line) => !/ CRED#.* tokens: /.test(line)),
        after,
      ),
  },
  'jobs/sync': {
    prepare: async () => {
      const { admin, organization } = company;
      const { body } = await admin.post(`/integrations/${organization.integrationId}/sync`);
      await bench.taken({ id: 'sync' });
      const payload = {
        ...ownerOf(company),
        integrationId: organization.integrationId,
        syncId: body.sync.id,
      };
      return () => told(() => bench.runJob('sync', payload));
    },
    // Page by page; a run that was cut short stands as running, and goes on.
    between: (changed) => changed.every((line) => /#INT#\S+ (RUN#|SYNC|REC#)/.test(line)),
    counts: / step: /,
  },
  'jobs/reseal': {
    // One sealed item after the other, each by itself.
    between: isWithin,
    prepare: job('reseal', () => {
      const { organizationId } = ownerOf(company);
      return { organizationId, keys: 'data', since: now(), begun: now(), after: null };
    }),
  },
  'jobs/erase': {
    prepare: async () => {
      const { admin, organization } = company;
      const subject = { kind: 'entity', entity: organization.entity };
      const { body } = await admin.post('/erase', { subject });
      await bench.taken({ id: 'erase' });
      const { organizationId } = admin;
      return () => told(() => bench.runJob('erase', { organizationId, id: body.erasure.id }));
    },
    between: isWithin,
  },

  // Each credential by itself.
  'schedules/refresh-ahead': {
    prepare: schedule('refresh-ahead', () => dueNow('refresh')),
    between: isWithin,
    queuesLater: true,
  },
  'schedules/keep-alive': {
    prepare: schedule('keep-alive', () => dueNow('keep_alive')),
    between: isWithin,
    queuesLater: true,
  },
  'schedules/recover-intents': {
    prepare: schedule('recover-intents', () =>
      withCredential({ due: 'intent#0', dueAt: 1, intentSince: 1, intentCount: 1 }),
    ),
  },
  'schedules/sweep-events': {
    prepare: schedule('sweep-events', async () => dueSince(await aDeletion())),
  },
  'schedules/queue-due-syncs': {
    prepare: schedule('queue-due-syncs', aDueSync),
    between: isWithin,
    queuesLater: true,
  },
  'schedules/purge': {
    prepare: schedule('purge', aLostErasure),
    between: isWithin,
    queuesLater: true,
  },
  'schedules/finish-rotations': {
    prepare: schedule('finish-rotations', anOldRotation),
    queuesLater: true,
  },

  'streams/events': {
    prepare: async () => {
      const event = await newEvent();
      return () => told(() => invoke('functions/streams/events.ts', event, 60));
    },
  },

  'commands/set-app': {
    prepare: command('set-app', () => ({
      provider: 'github',
      app: { clientId: newId('client'), clientSecret: newId('secret'), settings: {} },
    })),
  },
  'commands/set-secret': {
    prepare: command('set-secret', () => ({ name: 'legacy_passphrase', value: newId('value') })),
  },
  'commands/rotate-keys': {
    prepare: command('rotate-keys', () => ({
      keys: 'data',
      organizationId: ownerOf(company).organizationId,
    })),
  },
  'commands/erase': {
    prepare: command('erase', () => ({ kind: 'user', ...ownerOf(company), userId: newId('user') })),
    queuesLater: true,
  },
};
