import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openDataDir } from '../../infra/local/data-dir.ts';
import { startStandins } from '../../infra/local/standins/index.ts';
import { type Caller, caller, request } from '../support/api.ts';
import { type Cloud, removeData, startCloud, temporaryDirectory } from '../support/cloud.ts';
import { connected } from '../support/standins.ts';

/** A provider that somebody else stands in for: `--provider jira=http://127.0.0.1:…`. */

type Seen = Pick<IncomingMessage, 'method' | 'url' | 'headers'> & { body: string };
type Given = { status: number; headers?: Record<string, string>; body?: unknown };

const aServer = async () => {
  const seen: Seen[] = [];
  let given: Given | null = null;
  const me = { accountId: 'a1', accountType: 'atlassian', displayName: 'Admin', active: true };
  const server = createServer((message, response) => {
    text(message).then(
      (received) => {
        const { method, url, headers } = message;
        seen.push({ method, url, headers, body: received });
        const { status, headers: answered = {}, body = me } = given ?? { status: 200 };
        response.writeHead(status, { 'content-type': 'application/json', ...answered });
        response.end(JSON.stringify(body));
      },
      (error: Error) => message.destroy(error),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    answer: (next: Given | null) => {
      given = next;
    },
    stop: () => new Promise((resolve) => server.close(resolve)),
  };
};

const connection = {
  settings: { baseUrl: 'https://acme.atlassian.net' },
  credentials: { username: 'admin@acme.example', apiToken: 'some-token' },
};

let server: Awaited<ReturnType<typeof aServer>>;
let elsewhere: Awaited<ReturnType<typeof aServer>>;
let cloud: Cloud;
let admin: Caller;
let id: string;
beforeAll(async () => {
  server = await aServer();
  elsewhere = await aServer();
  cloud = await startCloud(['--provider', `jira=${server.origin}`]);
  admin = caller({}, cloud.url);
  id = (await connected(admin, 'jira', connection)).id;
});
beforeEach(() => {
  server.seen.length = 0;
  server.answer(null);
});
afterAll(async () => {
  await cloud.stop();
  removeData(cloud);
  await Promise.all([server.stop(), elsewhere.stop()]);
});

describe('a provider under another origin', () => {
  it('is told where it is, and no stand-in of ours is started for it', () => {
    expect(cloud.standins['jira']).toBe(server.origin);
    expect(cloud.told()).toContain(`jira is served by ${server.origin}\n`);
    expect(cloud.standins['github']).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  });

  it('gets every request with its path, its query, its credentials, and the host that was meant', async () => {
    await admin.post(`/integrations/${id}/test`);
    await admin.post(`/integrations/${id}/search`, { query: 'ada & co' });

    const basic = `Basic ${Buffer.from('admin@acme.example:some-token').toString('base64')}`;
    expect(server.seen.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'GET /rest/api/3/myself',
      'GET /rest/api/3/user/search?query=ada+%26+co&startAt=0&maxResults=20',
    ]);
    for (const { headers } of server.seen) {
      expect(headers['x-forwarded-host']).toBe('acme.atlassian.net');
      expect(headers['authorization']).toBe(basic);
      expect(headers.host).toBe(new URL(server.origin).host);
    }
  });

  it.each(['a/b', 'a%20b', 'a;b=1', "a'(b)", '%C3%A9', 'a:b@c'])(
    'gets the path %s as it was written',
    async (path) => {
      const query = 'a=1&b=%2F&a=2&c=%20+&d';

      const reply = await request(`${cloud.url}/api/v1/integrations/${id}/proxy/rest/${path}?${query}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${await admin.token()}`, 'content-type': 'application/json' },
        body: '{"x": 1}',
      });

      const [seen] = server.seen;
      const decoded = (url: string): string => decodeURIComponent(url.split('?')[0] ?? '');
      expect(reply.headers.get('x-answered-by')).toBe('provider');
      expect(decoded(seen?.url ?? '')).toBe(decoded(`/rest/${path}`));
      expect(seen?.url?.split('?')[1]).toBe(query);
      expect(seen?.body).toBe('{"x": 1}');
    },
  );

  it.each(['origin', 'https', 'literal'])('is no way round the rules on addresses (%s)', async (kind) => {
    const addresses: Record<string, string> = {
      origin: server.origin,
      https: server.origin.replace('http:', 'https:'),
      literal: 'https://127.0.0.1',
    };

    const reply = await admin.post('/integrations/connect', {
      provider: 'jira',
      scope: 'user',
      auth: 'api_token',
      ...connection,
      settings: { baseUrl: addresses[kind] },
    });

    expect(reply).toMatchObject({ status: 400, body: { code: 'invalid_url' } });
    expect(server.seen).toEqual([]);
  });

  it('cannot lead on to another address of this machine', async () => {
    server.answer({ status: 302, headers: { location: `${elsewhere.origin}/rest/api/3/myself` } });

    const { body } = await admin.post(`/integrations/${id}/search`, { query: 'ada' });

    expect(body.code).toBe('provider_error');
    expect(server.seen.length).toBe(1);
    expect(elsewhere.seen).toEqual([]);
  });
});

describe('a provider given as live', () => {
  it('has no stand-in, as nobody told of one', async () => {
    const live = await startCloud(['--provider', 'jira=live']);

    const { standins } = live;
    await live.stop();
    removeData(live);

    expect(Object.keys(standins)).toEqual(['github', 'google_calendar', 'microsoft_outlook']);
  });

  it('has no origin that its requests would go to instead', async () => {
    const data = temporaryDirectory();

    const { origins, apps, stop } = await startStandins(openDataDir(data, true), {
      jira: 'live',
      github: server.origin,
      google_calendar: 'live',
      microsoft_outlook: 'live',
    });
    await stop();
    removeData({ data });

    expect(origins).toEqual({ github: server.origin });
    expect(apps).toEqual({ jira: null, github: null, google_calendar: null, microsoft_outlook: null });
  });
});
