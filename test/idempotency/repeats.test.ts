import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectProblem } from '../integrations/told.ts';
import { type Caller, caller, company, newId } from '../support/api.ts';
import {
  aGithubAccount,
  aJiraSite,
  connectedGithub,
  connectedJira,
  type JiraSite,
} from '../support/standins.ts';
import { callsOf, expireCalls } from './rows.ts';

/** Creating calls that are repeated with their `Idempotency-Key` (F127). */

const keyed = (key: string) => ({ headers: { 'idempotency-key': key } });

let admin: Caller;
let member: Caller;
let site: JiraSite;
let integrationId: string;
let external: { type: 'person'; id: string };
beforeAll(async () => {
  ({ admin, member } = company());
  site = await aJiraSite();
  const integration = await connectedJira(admin, site);
  integrationId = integration.id;
  external = { type: 'person', id: integration.account.id };
});

const linkBody = () => ({ entity: { type: 'Person', id: newId('person') }, integrationId, external });
const connectBody = async (scope: 'organization' | 'user' = 'organization') => ({
  provider: 'jira',
  scope,
  auth: 'api_token',
  ...(await aJiraSite()).connection,
});

describe('a repeated call with the same key and body', () => {
  it('gets the same answer to a link, and asks the provider no more', async () => {
    const key = randomUUID();
    const body = linkBody();
    const first = await admin.post('/links', body, keyed(key));
    const asked = (await site.calls()).length;

    const again = await admin.post('/links', body, keyed(key));
    const without = await admin.post('/links', body);

    expect(first.status).toBe(201);
    expect(again).toMatchObject({ status: 201, body: first.body });
    expect(again.headers.get('content-type')).toBe('application/json');
    expect(again.headers.get('x-request-id')).not.toBe(first.headers.get('x-request-id'));
    expect((await site.calls()).length).toBe(asked);
    expect(without.status).toBe(200);
  });

  it('gets the same integration, which is connected once', async () => {
    const own = caller();
    const body = await connectBody();
    const key = randomUUID();

    const first = await own.post('/integrations/connect', body, keyed(key));
    const again = await own.post('/integrations/connect', body, keyed(key));

    expect(first.status).toBe(201);
    expect(again).toMatchObject({ status: 201, body: first.body });
    expect((await own.get('/integrations/connected')).body.integrations).toHaveLength(1);
  });

  it('gets the same consent to open, whose state is nowhere stored', async () => {
    const own = caller();
    const body = { provider: 'microsoft_outlook', scope: 'user', auth: 'oauth2' };
    const key = randomUUID();

    const first = await own.post('/integrations/connect', body, keyed(key));
    const again = await own.post('/integrations/connect', body, keyed(key));

    const state = new URL(first.body.attempt.authorizationUrl).searchParams.get('state') ?? '';
    const kept = JSON.stringify(
      (await callsOf(own)).map((row) => [row, Buffer.from(row.answer ?? []).toString('latin1')]),
    );
    expect(first.status).toBe(202);
    expect(again).toMatchObject({ status: 202, body: first.body });
    expect(state).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(kept).toContain('answer');
    expect(kept).not.toContain(state);
    expect(kept).not.toContain(key);
  });

  it('imports once, and says so as often as it is asked', async () => {
    const uid = newId('event');
    const ics = `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:${uid}\r\nDTSTAMP:20260101T090000Z\r\nDTSTART:20260102T090000Z\r\nDTEND:20260102T100000Z\r\nSUMMARY:Planning\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n`;
    const key = randomUUID();

    const first = await member.post('/calendar/import', { ics }, keyed(key));
    const again = await member.post('/calendar/import', { ics }, keyed(key));
    const other = await member.post('/calendar/import', { ics }, keyed(randomUUID()));

    expect(first.body.events).toMatchObject([{ uid, imported: true }]);
    expect(again).toMatchObject({ status: 200, body: first.body });
    expect(other.body.events).toMatchObject([{ uid, imported: false }]);
  });

  it('need not spell the body in the same order', async () => {
    const key = randomUUID();
    const { entity, ...rest } = linkBody();

    const first = await admin.post('/links', { entity, ...rest }, keyed(key));
    const again = await admin.post(
      '/links',
      { ...rest, entity: { id: entity.id, type: entity.type } },
      keyed(key),
    );

    expect(again).toMatchObject({ status: 201, body: first.body });
  });

  it('is refused again as it was, also where it would succeed by now', async () => {
    const own = caller();
    const account = await aGithubAccount();
    const key = randomUUID();
    const body = { provider: 'github', scope: 'organization', auth: 'api_token', ...account.connection };
    await account.fault({ times: 1, act: { kind: 'answer', status: 401 } });

    const first = await own.post('/integrations/connect', body, keyed(key));
    const again = await own.post('/integrations/connect', body, keyed(key));
    const anew = await own.post('/integrations/connect', body, keyed(randomUUID()));

    expectProblem(first, 422, 'provider_unauthorized');
    const { requestId: _one, ...told } = first.body;
    expect(again).toMatchObject({ status: 422, body: told });
    expect(again.body.requestId).toBe(again.headers.get('x-request-id'));
    expect(anew.status).toBe(201);
  });

  it('is tried again where it may succeed unchanged', async () => {
    const own = caller();
    const account = await aGithubAccount();
    const body = { provider: 'github', scope: 'organization', auth: 'api_token', ...account.connection };
    const key = randomUUID();
    await account.fault({ times: 1, act: { kind: 'answer', status: 200, body: 'no account' } });

    const first = await own.post('/integrations/connect', body, keyed(key));
    const again = await own.post('/integrations/connect', body, keyed(key));

    expect(first.status).toBeGreaterThanOrEqual(500);
    expect(again.status).toBe(201);
  });
});

describe('a key', () => {
  it('with another body is refused, and nothing is done', async () => {
    const key = randomUUID();
    await admin.post('/links', linkBody(), keyed(key));
    const body = linkBody();

    const reply = await admin.post('/links', body, keyed(key));

    expectProblem(reply, 422, 'idempotency_mismatch');
    const { entity } = body;
    const list = await admin.get(`/links?entityType=Person&entityId=${entity.id}`);
    expect(list.body.links).toEqual([]);
  });

  it('belongs to its caller: another one with the same key and body makes a call of their own', async () => {
    const key = randomUUID();
    const body = linkBody();
    const first = await admin.post('/links', body, keyed(key));

    const other = await member.post('/links', body, keyed(key));
    const mismatch = await member.post('/links', linkBody(), keyed(key));

    expect(first.status).toBe(201);
    expect(other.status).toBe(200);
    expectProblem(mismatch, 422, 'idempotency_mismatch');
  });

  it('belongs to its operation', async () => {
    const key = randomUUID();
    const { entity } = linkBody();
    await admin.post('/links', linkBody(), keyed(key));

    const bulk = await admin.post(
      '/links/bulk',
      { integrationId, candidates: [{ entity, email: 'nobody@acme.example' }] },
      keyed(key),
    );

    expect(bulk).toMatchObject({ status: 200, body: { results: [{ outcome: 'not_found' }] } });
  });

  it.each(['', 'a b', 'clé', 'x'.repeat(256)])(
    'of the form %j is refused before anything is done',
    async (key) => {
      const body = linkBody();

      const reply = await admin.post('/links', body, keyed(key));

      expectProblem(reply, 400, 'invalid_request', 'idempotency-key');
      const list = await admin.get(`/links?entityType=Person&entityId=${body.entity.id}`);
      expect(list.body.links).toEqual([]);
    },
  );

  it('means nothing to a call that creates nothing', async () => {
    const own = caller();
    const reply = await own.put('/policy', { activity: 'admins' }, keyed(randomUUID()));

    expect(reply.status).toBe(200);
    expect(await callsOf(own)).toEqual([]);
  });

  it('is free again after its time, whatever was sent with it before', async () => {
    const own = caller();
    const key = randomUUID();
    const account = await aGithubAccount();
    await connectedGithub(own, account);
    const body = async () => ({ ...(await connectBody()), name: newId('Jira') });
    await own.post('/integrations/connect', await body(), keyed(key));
    await expireCalls(own);

    const reply = await own.post('/integrations/connect', await body(), keyed(key));

    expect(reply.status).toBe(201);
    expect(await callsOf(own)).toHaveLength(1);
  });
});

describe('of calls at the same time', () => {
  it('the second is told that the first is still running, and then gets its answer', async () => {
    const own = caller();
    const account = await aGithubAccount();
    const body = { provider: 'github', scope: 'organization', auth: 'api_token', ...account.connection };
    const key = randomUUID();
    await account.fault({ times: 1, act: { kind: 'delay', ms: 1_500 } });

    const running = own.post('/integrations/connect', body, keyed(key));
    await expect.poll(async () => (await callsOf(own)).length, { timeout: 5_000 }).toBe(1);
    const meanwhile = await own.post('/integrations/connect', body, keyed(key));
    const other = await own.post('/integrations/connect', await connectBody(), keyed(key));
    const first = await running;
    const after = await own.post('/integrations/connect', body, keyed(key));

    expectProblem(meanwhile, 409, 'in_progress');
    expect(Number(meanwhile.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expectProblem(other, 422, 'idempotency_mismatch');
    expect(first.status).toBe(201);
    expect(after).toMatchObject({ status: 201, body: first.body });
  });

  it('one of twenty is made, and all others get its answer or are told to wait', async () => {
    const own = caller();
    const body = await connectBody('user');
    const key = randomUUID();

    const replies = await Promise.all(
      Array.from({ length: 20 }, () => own.post('/integrations/connect', body, keyed(key))),
    );
    const after = await own.post('/integrations/connect', body, keyed(key));

    const made = replies.filter(({ status }) => status === 201);
    expect(made.length).toBeGreaterThanOrEqual(1);
    for (const reply of made) expect(reply.body).toEqual(after.body);
    for (const reply of replies) if (reply.status !== 201) expectProblem(reply, 409, 'in_progress');
    expect((await own.get('/integrations/connected')).body.integrations).toHaveLength(1);
  });
});
