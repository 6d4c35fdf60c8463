import { describe, expect, it } from 'vitest';
import { type Caller, caller, type Reply } from '../support/api.ts';
import { aJiraSite, connectedJira, type JiraSite } from '../support/standins.ts';
import { footprint } from './stored.ts';
import { basic, callsWith, expectProblem } from './told.ts';

/** The one address a person may type: it must lead to a Jira site, and nowhere else. */

const callsOf = ({ username, apiToken }: JiraSite) => callsWith('jira', basic(username, apiToken));

type Ask = (who: Caller, site: JiraSite, baseUrl: string) => Promise<Reply>;

const bodyFor = ({ connection }: JiraSite, baseUrl: string) => ({
  provider: 'jira',
  scope: 'organization',
  auth: 'api_token',
  settings: { baseUrl },
  credentials: connection.credentials,
});
const connect: Ask = (who, site, baseUrl) => who.post('/integrations/connect', bodyFor(site, baseUrl));
const tryOut: Ask = (who, site, baseUrl) => who.post('/integrations/test', bodyFor(site, baseUrl));

/** `{host}` stands for the host of a real site, `{label}` for its first label. */
const addresses: [string, string][] = [
  ['plain http', 'http://{host}'],
  ['another scheme', 'ftp://{host}'],
  ['a script', 'javascript:alert(1)//{host}'],
  ['a file', 'file:///etc/passwd'],
  ['no scheme', '{host}'],
  ['no host', 'https://'],
  ['words', 'our jira site'],
  ['IPv4', 'https://127.0.0.1'],
  ['IPv4 that is public', 'https://93.184.216.34'],
  ['a private IPv4', 'https://10.1.2.3'],
  ['the metadata service', 'https://169.254.169.254/latest/meta-data'],
  ['IPv4 as one number', 'https://2130706433'],
  ['IPv4 in hex', 'https://0x7f.1'],
  ['IPv4 in octal', 'https://0177.0.0.1'],
  ['IPv4 in circled digits', 'https://①②⑦.⓪.⓪.①'],
  ['IPv6', 'https://[::1]'],
  ['IPv4 mapped into IPv6', 'https://[::ffff:127.0.0.1]'],
  ['an IPv6 zone', 'https://[fe80::1%25eth0]'],
  ['localhost', 'https://localhost'],
  ['a name of this machine', 'https://jira.localhost'],
  ['a name of the network', 'https://atlassian.internal'],
  ['a foreign host', 'https://jira.example.com'],
  ['Atlassian’s bare domain', 'https://atlassian.net'],
  ['Atlassian’s other domain', 'https://api.atlassian.com'],
  ['an empty first label', 'https://.atlassian.net'],
  ['a user', 'https://admin@{host}'],
  ['a user and password', 'https://admin:secret@{host}'],
  ['a foreign host behind a user that looks like ours', 'https://{host}@jira.example.com'],
  ['a foreign host behind a backslash', 'https://jira.example.com\\@{host}'],
  ['a foreign host before a backslash', 'https://jira.example.com\\.atlassian.net'],
  ['another port', 'https://{host}:8443'],
  ['the port of http', 'https://{host}:80'],
  ['a longer domain', 'https://{host}.evil.example'],
  ['a longer last label', 'https://{host}evil.example'],
  ['a longer domain name', 'https://evilatlassian.net'],
  ['a site of a longer domain name', 'https://{label}.evilatlassian.net'],
  ['a trailing dot', 'https://{host}.'],
  ['a foreign host before a fragment', 'https://jira.example.com#.atlassian.net'],
  ['a foreign host before a query', 'https://jira.example.com?.atlassian.net'],
  ['a foreign host before a path', 'https://jira.example.com/.atlassian.net'],
  ['an encoded slash', 'https://jira.example.com%2f.atlassian.net'],
  ['a full-width slash', 'https://jira.example.com／.atlassian.net'],
  ['a fraction slash as in “a/c”', 'https://jira.example.com℀.atlassian.net'],
  ['a longer domain behind an ideographic full stop', 'https://{host}。evil.example'],
  ['a Cyrillic letter', 'https://{label}.аtlassian.net'],
  ['the punycode of a Cyrillic letter', 'https://{label}.xn--tlassian-2fg.net'],
  ['a dotless i', 'https://{label}.atlassıan.net'],
  ['a NUL', 'https://{host}\0.evil.example'],
  ['a line break', 'https://{label}\n.atlassian.net'],
  ['a tab', 'https://{label}\t.atlassian.net'],
  ['a line break before the path', 'https://{host}\r\nX-Header: 1/'],
];

describe('a Jira address', () => {
  it.each(addresses)(
    'with %s is invalid_url on connect and dry run, and nothing is dialled',
    async (_, form) => {
      const admin = caller();
      const site = await aJiraSite();
      const baseUrl = form
        .replaceAll('{host}', site.host)
        .replaceAll('{label}', site.host.split('.')[0] ?? '');
      const before = await footprint(admin);

      const replies = [await connect(admin, site, baseUrl), await tryOut(admin, site, baseUrl)];

      for (const reply of replies) expectProblem(reply, 400, 'invalid_url', 'settings.baseUrl');
      expect(await callsOf(site)).toEqual([]);
      expect(await footprint(admin)).toEqual(before);
    },
  );

  it.each([
    ['a path', 'https://{host}/jira/your-work'],
    ['a query and a fragment', 'https://{host}/?a=b#c'],
    ['the port of https', 'https://{host}:443/'],
    ['capital letters', 'HTTPS://{HOST}'],
    ['blanks around it', '  https://{host}  '],
  ])('with %s is stored as its origin, and only that is asked', async (_, form) => {
    const admin = caller();
    const site = await aJiraSite();
    const baseUrl = form.replace('{host}', site.host).replace('{HOST}', site.host.toUpperCase());

    const reply = await connect(admin, site, baseUrl);

    expect(reply.status).toBe(201);
    expect(reply.body.integration.settings).toEqual({ baseUrl: site.baseUrl });
    expect((await callsOf(site)).map(({ host, path, query }) => [host, path, query])).toEqual([
      [site.host, '/rest/api/3/myself', ''],
    ]);
  });

  it('of a site there is not is provider_not_found', async () => {
    const admin = caller();
    const site = await aJiraSite();
    const before = await footprint(admin);

    const reply = await connect(admin, site, 'https://no-such-site-here.atlassian.net');

    expectProblem(reply, 422, 'provider_not_found');
    expect(await footprint(admin)).toEqual(before);
  });
});

const redirect = (status: number, location: string) =>
  ({ kind: 'answer', status, headers: { location } }) as const;

describe('a Jira site that redirects', () => {
  const away = (site: JiraSite, other: JiraSite): [string, string][] => [
    ['another site', `${other.baseUrl}/rest/api/3/myself`],
    ['another site without a scheme', `//${other.host}/rest/api/3/myself`],
    ['a foreign host', 'https://jira.example.com/'],
    ['plain http', `http://${site.host}/rest/api/3/myself`],
    ['another port', `https://${site.host}:8443/rest/api/3/myself`],
    ['this machine', 'https://127.0.0.1/'],
    ['a script', 'javascript:alert(1)'],
  ];

  it.each([301, 302, 303, 307, 308])(
    'elsewhere with %i is invalid_url on connect and dry run',
    async (status) => {
      const admin = caller();
      const [site, other] = [await aJiraSite(), await aJiraSite()];
      const before = await footprint(admin);

      for (const [, location] of away(site, other)) {
        await site.fault({ times: 2, act: redirect(status, location) });
        const replies = [await connect(admin, site, site.baseUrl), await tryOut(admin, site, site.baseUrl)];

        for (const reply of replies) expectProblem(reply, 400, 'invalid_url');
      }

      expect(await other.calls()).toEqual([]);
      expect((await callsOf(site)).every(({ host }) => host === site.host)).toBe(true);
      expect(await footprint(admin)).toEqual(before);
    },
  );

  it('elsewhere once connected is provider_error on search, and stays usable', async () => {
    const admin = caller();
    const [site, other] = [await aJiraSite(), await aJiraSite()];
    const { id } = await connectedJira(admin, site);
    const search = () => admin.post(`/integrations/${id}/search`, { query: 'admin' });

    for (const [, location] of away(site, other)) {
      await site.fault({ times: 1, act: redirect(302, location) });
      expectProblem(await search(), 502, 'provider_error');
    }

    expect(await other.calls()).toEqual([]);
    expect((await search()).status).toBe(200);
    expect((await admin.get(`/integrations/${id}`)).body.integration.status).toBe('active');
  });

  it.each([
    ['by its full address', (site: JiraSite) => `${site.baseUrl}/rest/api/3/myself`],
    ['by its path', () => '/rest/api/3/myself'],
    ['by a relative path', () => 'myself'],
  ])('to itself %s is followed three times', async (_, location) => {
    const admin = caller();
    const site = await aJiraSite();
    await site.fault({ times: 3, act: redirect(302, location(site)) });

    const reply = await connect(admin, site, site.baseUrl);

    expect(reply.status).toBe(201);
    expect((await callsOf(site)).map(({ status, path }) => [status, path])).toEqual([
      [302, '/rest/api/3/myself'],
      [302, '/rest/api/3/myself'],
      [302, '/rest/api/3/myself'],
      [200, '/rest/api/3/myself'],
    ]);
  });

  it('to itself a fourth time is invalid_url while connecting', async () => {
    const admin = caller();
    const site = await aJiraSite();
    const before = await footprint(admin);
    await site.fault({ times: 4, act: redirect(307, '/rest/api/3/myself') });

    const reply = await connect(admin, site, site.baseUrl);

    expectProblem(reply, 400, 'invalid_url');
    expect(await callsOf(site)).toHaveLength(4);
    expect(await footprint(admin)).toEqual(before);
  });

  it('in a loop is provider_error once connected, after four calls', async () => {
    const admin = caller();
    const site = await aJiraSite();
    const { id } = await connectedJira(admin, site);
    const before = await callsOf(site);
    await site.fault({ times: 100, act: redirect(302, '/rest/api/3/user/search') });

    const reply = await admin.post(`/integrations/${id}/search`, { query: 'admin' });

    expectProblem(reply, 502, 'provider_error');
    expect(await callsOf(site)).toHaveLength(before.length + 4);
  });
});
