import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiError, type Client, createClient } from '../../lib/client/client.ts';
import { codes, type ErrorCode } from '../../lib/contract/codes.ts';
import { aCompany, type Company } from '../security/company.ts';
import { type Caller, caller, newId } from '../support/api.ts';
import { type Cloud, removeData, startCloud } from '../support/cloud.ts';

let cloud: Cloud;
let company: Company;
let api: Client;
const clientOf = ({ token }: Caller): Client => createClient({ baseUrl: cloud.url, token });

beforeAll(async () => {
  cloud = await startCloud();
  company = await aCompany(cloud);
  api = clientOf(company.admin);
});
afterAll(async () => {
  await cloud.stop();
  removeData(cloud);
});

/** What a call fails with; fails itself where it does not. */
const failure = async (call: Promise<unknown>): Promise<ApiError> => {
  const error = await call.then(
    () => new Error('It succeeded.'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ApiError)) throw error;
  return error;
};

describe('a call', () => {
  it('without a token reads what is public', async () => {
    const { status } = await api.call('system.health', {});

    expect(status).toBe('ok');
  });

  it('with a query gives the answer of that query', async () => {
    const all = await api.call('providers.list', { query: {} });
    const available = await api.call('providers.list', {
      query: { status: 'available', category: undefined },
    });

    expect(available.total).toBeLessThan(all.total);
    expect(available.providers.map(({ status }) => status)).not.toContain('coming_soon');
  });

  it('pages with a limit and a cursor', async () => {
    const member = clientOf(company.member);

    const first = await member.call('integrations.list', { query: { limit: 2 } });
    const second = await member.call('integrations.list', {
      query: { limit: 2, cursor: first.nextCursor ?? '' },
    });

    const ids = [...first.integrations, ...second.integrations].map(({ id }) => id);
    const { organization, personal } = company;
    expect(ids.toSorted()).toEqual(
      [organization, personal]
        .flatMap(({ integrationId, calendar }) => [integrationId, calendar.integrationId])
        .toSorted(),
    );
    expect(second.nextCursor).toBeNull();
  });

  it('with parameters in its path and a body does what it says', async () => {
    const { integrationId: id, version } = company.organization;

    const { integration } = await api.call('integrations.update', {
      params: { id },
      body: { name: 'Tickets', version },
    });

    expect(integration).toMatchObject({ id, name: 'Tickets', version: version + 1 });
  });

  it('escapes what it puts in a path or a query', async () => {
    const entityId = 'a+b=c@d|e~f';
    const { integrationId, external } = company.organization;
    await api.call('links.create', {
      body: { entity: { type: 'Person', id: entityId }, integrationId, external },
    });

    const { links } = await api.call('links.list', { query: { entityType: 'Person', entityId } });
    const activity = await api.call('activity.person', {
      params: { personId: entityId },
      query: { from: '2026-01-01', to: '2026-01-31' },
    });

    expect(links.map(({ entity }) => entity.id)).toEqual([entityId]);
    expect(activity.linked).toBe(true);
  });

  it('of an answer without a body gives nothing', async () => {
    const { admin, organization } = await aCompany(cloud);

    const given = await clientOf(admin).call('links.delete', { params: { id: organization.linkId } });

    expect(given).toBeUndefined();
  });

  it('through the proxy gives the provider’s own answer, whatever it says', async () => {
    const { integrationId: id } = company.organization;

    const found = await api.call('integrations.proxy', {
      params: { id, path: 'rest/api/3/myself' },
      body: null,
    });
    const missing = await api.call('integrations.proxy', {
      params: { id, path: 'rest/api/3/no such/thing' },
      method: 'POST',
      body: '{"a":1}',
    });

    expect(found.status).toBe(200);
    expect(await found.json()).toMatchObject({ accountType: 'atlassian' });
    expect(missing.status).toBe(404);
    expect(await missing.text()).toContain('POST /rest/api/3/no%20such/thing');
  });

  it('asks for a token each time', async () => {
    let asked = 0;
    const counting = createClient({
      baseUrl: cloud.url,
      token: () => {
        asked += 1;
        return company.admin.token();
      },
    });

    await counting.call('policy.get', {});
    await counting.call('policy.get', {});
    await counting.call('system.health', {});

    expect(asked).toBe(2);
  });
});

describe('a refusal', () => {
  it('of ours comes with its code, its fields and the id of the request', async () => {
    const error = await failure(
      api.call('integrations.connect', {
        body: { provider: 'jira', scope: 'organization', auth: 'api_token', settings: {}, credentials: {} },
      }),
    );

    expect(error).toMatchObject({ name: 'ApiError', status: 400, code: 'invalid_request' });
    expect(error.errors.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['settings.baseUrl', 'credentials.username', 'credentials.apiToken']),
    );
    expect(error.requestId).toMatch(/^[\w-]{36}$/);
    expect(error.problem['requestId']).toBe(error.requestId);
    expect(error.message).toBe(error.problem['detail']);
    expect(error.retryAfter).toBeNull();
  });

  it.each<[string, ErrorCode, () => Promise<unknown>]>([
    [
      'something foreign',
      'not_found',
      () => api.call('integrations.get', { params: { id: company.personal.integrationId } }),
    ],
    ['something of admins', 'forbidden', () => clientOf(company.member).call('policy.get', {})],
    [
      'an old version',
      'stale_version',
      () =>
        api.call('integrations.update', {
          params: { id: company.organization.integrationId },
          body: { version: 999 },
        }),
    ],
    [
      'a provider that is only planned',
      'provider_not_available',
      () => api.call('integrations.connect', { body: { provider: 'slack', scope: 'user', auth: 'oauth2' } }),
    ],
    ['an id that is none', 'not_found', () => api.call('links.get', { params: { id: '../policy' } })],
    ['a path that leads elsewhere', 'not_found', () => api.call('links.get', { params: { id: '..' } })],
    [
      'a body that is too large',
      'payload_too_large',
      () =>
        api.call('integrations.search', {
          params: { id: company.organization.integrationId },
          body: { query: 'x'.repeat(300_000) },
        }),
    ],
    [
      'a token of nobody',
      'unauthenticated',
      () => createClient({ baseUrl: cloud.url, token: () => 'x.y.z' }).call('policy.get', {}),
    ],
    [
      'a route that is none',
      'not_found',
      () =>
        createClient({ baseUrl: `${cloud.url}/elsewhere`, token: company.admin.token }).call(
          'policy.get',
          {},
        ),
    ],
    [
      'a body the gateway does not take',
      'payload_too_large',
      () =>
        api.call('integrations.proxy', {
          params: { id: company.organization.integrationId, path: 'x' },
          method: 'POST',
          body: new Uint8Array(10 * 1024 * 1024 + 1),
        }),
    ],
  ])('of %s is an ApiError with the code %s', async (_, code, call) => {
    const error = await failure(call());

    expect(error.code).toBe(code);
    expect(error.status).toBe(codes[code].status);
    expect(error.message).toMatch(/\S/);
  });

  it('of a provider that limits calls says when to try again', async () => {
    const { integrationId: id } = company.organization;
    await company.site.fault({
      times: 1,
      act: { kind: 'answer', status: 429, headers: { 'retry-after': '17' }, body: {} },
    });

    const error = await failure(api.call('integrations.search', { params: { id }, body: { query: 'ada' } }));

    expect(error).toMatchObject({ status: 503, code: 'provider_rate_limited', retryAfter: 17 });
  });
});

/** A gateway in trouble, as API Gateway words it or as something between makes it. */
const answering = async (status: number, headers: Record<string, string>, body: string) => {
  const server = createServer((_, response) => {
    response.writeHead(status, headers);
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, stop: () => new Promise((resolve) => server.close(resolve)) };
};

describe('whatever else answers', () => {
  const message = '{"message":"In other words"}';

  it.each<[number, Record<string, string>, string, ErrorCode, number | null]>([
    [401, {}, message, 'unauthenticated', null],
    [403, {}, message, 'forbidden', null],
    [404, {}, message, 'not_found', null],
    [413, {}, message, 'payload_too_large', null],
    [418, {}, message, 'invalid_request', null],
    [429, { 'retry-after': '3' }, message, 'rate_limited', 3],
    [429, { 'retry-after': 'Wed, 21 Oct 2026 07:28:00 GMT' }, message, 'rate_limited', null],
    [431, {}, '', 'payload_too_large', null],
    [500, { 'apigw-requestid': 'abc=' }, message, 'internal', null],
    [502, {}, '<html>Bad gateway</html>', 'unavailable', null],
    [503, { 'retry-after': '30' }, message, 'unavailable', 30],
    [504, {}, 'null', 'deadline_exceeded', null],
    [200, { 'content-type': 'text/html' }, '<html>Sign in to the network</html>', 'unavailable', null],
  ])('with %i %j %s is an ApiError of the closed list', async (status, headers, body, code, retryAfter) => {
    const { url, stop } = await answering(status, headers, body);

    const error = await failure(createClient({ baseUrl: url, token: () => 'x' }).call('policy.get', {}));
    await stop();

    expect(error).toMatchObject({
      status,
      code,
      retryAfter,
      errors: [],
      requestId: headers['apigw-requestid'] ?? null,
    });
    expect(Object.keys(codes)).toContain(error.code);
  });

  it('or nothing at all is one too', async () => {
    const { url, stop } = await answering(200, {}, '');
    await stop();

    const error = await failure(createClient({ baseUrl: url, token: () => 'x' }).call('policy.get', {}));

    expect(error).toMatchObject({ status: 0, code: 'unavailable', retryAfter: null });
    expect(error.cause).toBeInstanceOf(Error);
  });

  it('leaves a call that was given up to who gave it up', async () => {
    const given = new AbortController();
    given.abort(new Error('Never mind.'));

    const call = api.call('policy.get', { signal: given.signal });

    await expect(call).rejects.toThrow('Never mind.');
  });
});

describe('headers', () => {
  it('travel with a call: an assertion, an idempotency key and the caller’s own', async () => {
    const sent: Headers[] = [];
    const client = createClient({
      baseUrl: cloud.url,
      token: company.admin.token,
      fetch: (url, init) => {
        sent.push(new Headers(init?.headers));
        return fetch(url, init);
      },
    });
    const { integrationId, external } = company.organization;
    const entity = { type: 'Person', id: newId('person') } as const;

    await client.call('links.create', { body: { entity, integrationId, external }, idempotencyKey: 'key-1' });
    await client.call('policy.get', { headers: { 'x-manageros-assertion': 'a.b.c' } });

    expect(sent[0]?.get('idempotency-key')).toBe('key-1');
    expect(sent[0]?.get('content-type')).toBe('application/json');
    expect(sent[1]?.get('x-manageros-assertion')).toBe('a.b.c');
    expect(sent[1]?.has('content-type')).toBe(false);
  });

  it('of another organisation’s token reach that organisation alone', async () => {
    const stranger = clientOf(caller({}, cloud.url));

    const { integrations } = await stranger.call('integrations.list', { query: {} });

    expect(integrations).toEqual([]);
  });
});
