import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { invoke } from '../../infra/local/functions.ts';
import { functionFile, type Operation } from '../../lib/contract/define.ts';
import { importEvents } from '../../lib/contract/operations/calendar.ts';
import { linkPersons } from '../../lib/contract/operations/links.ts';
import { runMigration } from '../../lib/contract/operations/migration.ts';
import { inParallel } from '../../lib/model/parallel.ts';
import { aConnection, familiesOf } from '../refresh-faults/connection.ts';
import { type Caller, caller, newId } from '../support/api.ts';
import { type Bench, jobEvent, startBench } from '../support/bench.ts';
import { aJiraSite, connectedJira } from '../support/standins.ts';
import { openTable, type State, type Table } from './state.ts';
import { nightly, timeLimit } from './trial.ts';

/**
 * Processes killed at the calls of what writes several things, before and after the call takes effect: what
 * is there is whole, and whoever begins again ends where a single run would have ended.
 */

let bench: Bench;
let table: Table;
beforeAll(async () => {
  bench = await startBench();
  table = openTable(bench.database);
});
afterAll(async () => {
  table.stop();
  await bench.stop();
});

type Work = {
  file: string;
  event: unknown;
  /** Whose items are counted. */
  organizationId: string;
  /** What must hold as often as it is asked, also after a death. */
  holds?: () => Promise<void>;
};

/** The event by which the gateway calls the function of an operation. */
const calling = (operation: Operation, { organizationId, userId }: Caller, body: object): Work => ({
  file: functionFile(operation),
  organizationId,
  event: {
    version: '2.0',
    routeKey: `POST ${operation.path}`,
    rawPath: operation.path,
    rawQueryString: '',
    headers: { 'content-type': 'application/json' },
    requestContext: {
      http: {
        method: 'POST',
        path: operation.path,
        protocol: 'HTTP/1.1',
        sourceIp: '127.0.0.1',
        userAgent: '',
      },
      authorizer: {
        jwt: { claims: { sub: userId, org_id: organizationId, org_role: 'admin' }, scopes: null },
      },
    },
    body: JSON.stringify(body),
    isBase64Encoded: false,
  },
});

const writing = /^(Put|Update|Delete|BatchWrite|TransactWrite|Send)/;

const run = ({ file, event }: Work): Promise<unknown> => invoke(file, event, 120);

/** Runs it in a process of its own, which knows nothing yet; which of its calls write, by their numbers. */
const writesOf = async ({ file, event }: Work): Promise<number[]> => {
  const child = await bench.child(file);
  child.faults.watch();
  child.start(event);
  await child.finished();
  return child.faults.unwatch().flatMap(({ operation }, nth) => (writing.test(operation) ? [nth] : []));
};

const die = async ({ file, event }: Work, nth: number, when: 'before' | 'after'): Promise<void> => {
  const child = await bench.child(file);
  child.faults.watch({ nth, when, act: 'hang', attempts: 'all' });
  const held = child.faults.held();
  child.start(event);
  await held;
  await child.kill();
};

/** What an organisation stores, by kinds of item and of event, and how often. */
const stored = (state: State, { organizationId }: Work): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const [key, { item }] of state) {
    const [pk = '', sk = ''] = key.split(' ');
    if (!pk.includes(organizationId) || /^(RATE|.*#HEALTH)/.test(pk) || /^(DATAKEY|HEALTH)/.test(sk))
      continue;
    const kind = item['action']?.S ?? sk.split('#')[0]?.replace(/^user_.*/, 'MEMBER') ?? '';
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
};

const issues = async () => {
  const people = ['Ada', 'Bob'].map((name) => ({ displayName: name, email: `${newId(name)}@acme.example` }));
  const site = await aJiraSite({ users: people }, bench.standins['jira']);
  const { users } = await site.control<{ users: { accountId: string; email: string }[] }>('GET', '');
  return { site, users: users.slice(1) };
};

const works: Record<string, () => Promise<Work>> = {
  'a delete that is purged': async () => {
    const connection = await aConnection(bench, 'that ends the old access token');
    const { admin, id, owner, person } = connection;
    for (const _ of ['one', 'two'])
      await admin.post('/links', {
        entity: { type: 'Person', id: newId('person') },
        integrationId: id,
        external: { type: 'person', id: person.user },
      });
    await admin.delete(`/integrations/${id}`);
    return {
      file: 'functions/jobs/purge-integration.ts',
      event: jobEvent({ ...owner, integrationId: id, after: null }),
      organizationId: admin.organizationId,
      holds: async () => {
        // Credentials that were not revoked yet are still there to be.
        const revoked = (await familiesOf(connection)).every(({ state }) => state === 'revoked');
        const kept = (await table.read()).has(`ORG#${admin.organizationId} CRED#${id}`);
        expect(revoked || kept).toBe(true);
      },
    };
  },
  'a migration': async () => {
    const { site, users } = await issues();
    const { settings, credentials } = site.connection;
    return calling(runMigration, caller({}, bench.url), {
      userJiraCredentials: {
        jiraBaseUrl: settings.baseUrl,
        jiraUsername: credentials.username,
        encryptedApiKey: credentials.apiToken,
      },
      personJiraAccounts: users.map(({ accountId }) => ({
        personId: newId('person'),
        jiraAccountId: accountId,
      })),
    });
  },
  'linking persons': async () => {
    const admin = caller({}, bench.url);
    const { site, users } = await issues();
    const { id } = await connectedJira(admin, site);
    return calling(linkPersons, admin, {
      integrationId: id,
      candidates: users.map(({ email }) => ({ entity: { type: 'Person', id: newId('person') }, email })),
    });
  },
  'an import of a file': async () => {
    const events = [1, 2, 3].map((day) =>
      [
        'BEGIN:VEVENT',
        `UID:${newId('uid')}`,
        `DTSTART:2026010${day}T090000Z`,
        'SUMMARY:Planning',
        'END:VEVENT',
      ].join('\r\n'),
    );
    const ics = ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Acme//EN', ...events, 'END:VCALENDAR'].join(
      '\r\n',
    );
    return calling(importEvents, caller({}, bench.url), { ics });
  },
};

describe.each(Object.entries(works))('%s', (name, make) => {
  it(
    'that dies at any of its writes is whole, and ends the same when it begins again',
    async () => {
      const whole = await make();
      const writes = await writesOf(whole);
      const wanted = stored(await table.read(), whole);
      expect(writes.length).toBeGreaterThan(1);
      await run(whole);
      expect(stored(await table.read(), whole), 'run twice').toEqual(wanted);

      const rounds = Array.from({ length: nightly ? 5 : 1 }, () => writes).flat();
      const deaths = rounds.flatMap((nth) => (['before', 'after'] as const).map((when) => ({ nth, when })));
      const ends = await inParallel(2, deaths, async ({ nth, when }) => {
        const work = await make();
        await die(work, nth, when);
        await work.holds?.();
        await run(work);
        await work.holds?.();
        return { nth, when, stands: stored(await table.read(), work) };
      });

      expect(ends, name).toEqual(deaths.map((death) => ({ ...death, stands: wanted })));
    },
    timeLimit,
  );
});
