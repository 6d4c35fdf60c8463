import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inParallel } from '../../lib/model/parallel.ts';
import { type Caller, caller, newId, type Reply } from '../support/api.ts';
import { type Bench, startBench } from '../support/bench.ts';
import { aJiraSite } from '../support/standins.ts';

/**
 * Creating calls whose process is killed before and after each of their requests to the database and KMS takes
 * effect: whoever repeats the call gets what it was to make, once, and waits no longer than it might have run.
 */

/** Seconds the killed functions had left, and with them their claims. */
const seconds = 12;

type Creating = {
  file: string;
  path: string;
  body: unknown;
  made: (own: Caller) => Promise<unknown[]>;
  answer: object;
};
type Place = {
  kind: 'connect' | 'link' | 'import';
  nth: number;
  step: string;
  when: 'before' | 'after';
};
type Victim = Place & { at: Reply; repeat: Reply; again: Reply; made: unknown[]; answer: object };

let bench: Bench;

const linkable = async (own: Caller) => {
  const site = await aJiraSite({}, bench.standins['jira']);
  const connect = await own.post('/integrations/connect', {
    provider: 'jira',
    scope: 'user',
    auth: 'api_token',
    ...site.connection,
  });
  const { id, account } = connect.body.integration;
  return { integrationId: id, external: { type: 'person', id: account.id } };
};

const calls: Record<Place['kind'], (own: Caller) => Promise<Creating>> = {
  connect: async () => {
    const site = await aJiraSite({}, bench.standins['jira']);
    return {
      file: 'functions/http/integrations/connect.ts',
      path: '/integrations/connect',
      body: { provider: 'jira', scope: 'user', auth: 'api_token', name: 'Mine', ...site.connection },
      made: async (own) => (await own.get('/integrations/connected')).body.integrations,
      answer: { status: 201, body: { integration: { name: 'Mine', version: 1 } } },
    };
  },
  link: async (own) => {
    const entity = { type: 'Person', id: newId('person') };
    return {
      file: 'functions/http/links/create.ts',
      path: '/links',
      body: { entity, ...(await linkable(own)) },
      made: async () => (await own.get(`/links?entityType=Person&entityId=${entity.id}`)).body.links,
      answer: { status: 201, body: { link: { entity } } },
    };
  },
  import: async () => {
    const uid = newId('event');
    const lines = [
      ...['BEGIN:VCALENDAR', 'VERSION:2.0', 'BEGIN:VEVENT', `UID:${uid}`, 'DTSTAMP:20260101T090000Z'],
      ...[
        'DTSTART:20260102T090000Z',
        'DTEND:20260102T100000Z',
        'SUMMARY:Planning',
        'END:VEVENT',
        'END:VCALENDAR',
      ],
    ];
    return {
      file: 'functions/http/calendar/import.ts',
      path: '/calendar/import',
      body: { ics: `${lines.join('\r\n')}\r\n` },
      made: async (own) => {
        const { events } = (await own.get('/audit?action=calendar.imported')).body;
        return events;
      },
      // That it was imported before would have the app never make the meeting.
      answer: { status: 200, body: { events: [{ uid, imported: true }] } },
    };
  },
};

const eventFor = (own: Caller, { body }: Creating, key: string) => ({
  headers: { 'content-type': 'application/json', 'idempotency-key': key },
  rawQueryString: '',
  body: JSON.stringify(body),
  isBase64Encoded: false,
  requestContext: {
    authorizer: { jwt: { claims: { sub: own.userId, org_id: own.organizationId, org_role: own.role } } },
  },
});

const childFor = async ({ file }: Creating, place: Omit<Place, 'kind'>) => {
  const child = await bench.child(file);
  child.faults.watch({ nth: place.nth, when: place.when, act: 'hang', attempts: 'all' });
  return child;
};

/** How many requests a whole call makes; the last keeps the answer. */
const requestsOf = async (kind: Place['kind']): Promise<string[]> => {
  const own = caller({}, bench.url);
  const creating = await calls[kind](own);
  const child = await bench.child(creating.file);
  child.faults.watch();
  child.start(eventFor(own, creating, randomUUID()), 20);
  await child.finished();
  return child.faults.unwatch().map(({ operation }) => operation);
};

type Killed = Place & { creating: Creating; own: Caller; repeat: () => Promise<Reply>; at: Reply };

const kill = async (place: Place): Promise<Killed> => {
  const own = caller({}, bench.url);
  const creating = await calls[place.kind](own);
  const key = randomUUID();
  const child = await childFor(creating, place);
  const held = child.faults.held();
  child.start(eventFor(own, creating, key), seconds);
  await held;
  await child.kill();
  const repeat = () => own.post(creating.path, creating.body, { headers: { 'idempotency-key': key } });
  return { ...place, creating, own, repeat, at: await repeat() };
};

const repeated = async ({ creating, own, repeat, ...killed }: Killed): Promise<Victim> => {
  const [first, again] = [await repeat(), await repeat()];
  return { ...killed, repeat: first, again, made: await creating.made(own), answer: creating.answer };
};

const kinds = ['connect', 'link', 'import'] as const;
const victims: Victim[] = [];
beforeAll(async () => {
  bench = await startBench();
  const places: Place[] = [];
  for (const kind of kinds)
    for (const [nth, step] of (await requestsOf(kind)).entries())
      for (const when of ['before', 'after'] as const) places.push({ kind, nth, when, step });
  const killed = await inParallel(2, places, kill);
  await pause((seconds + 1.5) * 1_000);
  victims.push(...(await inParallel(4, killed, repeated)));
}, 300_000);
afterAll(() => bench.stop());

describe.each(kinds)('a %s that was killed', (kind) => {
  const each = () => victims.filter((victim) => victim.kind === kind);
  const nameOf = ({ step, nth, when }: Victim): string => `${when} ${step} (${nth})`;

  it('was killed at every request it makes', () => {
    expect(each().length).toBeGreaterThanOrEqual(6);
    expect(each().map(({ step }) => step)).toContain('TransactWriteItems');
    expect(each().at(-1)?.step).toBe('UpdateItem');
  });

  it('keeps others away for as long as it might be running, and no longer', () => {
    for (const victim of each()) {
      // Before its claim was written nobody knows of it; after its answer was kept it is over.
      const known = victim.nth > 0 || victim.when === 'after';
      const over = victim.when === 'after' && victim.nth === each().length / 2 - 1;
      expect(victim.at.status, nameOf(victim)).toBe(
        known && !over ? 409 : (victim.answer as { status: number }).status,
      );
      if (known && !over) expect(victim.at.body.code, nameOf(victim)).toBe('in_progress');
    }
  });

  it('answers its repeat as if nothing had happened', () => {
    for (const victim of each()) {
      expect(victim.repeat, nameOf(victim)).toMatchObject(victim.answer);
      expect(victim.again, nameOf(victim)).toMatchObject({
        status: victim.repeat.status,
        body: victim.repeat.body,
      });
    }
  });

  it('has made its thing once', () => {
    for (const victim of each()) expect(victim.made, nameOf(victim)).toHaveLength(1);
  });
});
