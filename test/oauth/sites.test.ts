import { beforeEach, describe, expect, it } from 'vitest';
import { partition, rowsOf } from '../integrations/stored.ts';
import { expectProblem } from '../integrations/told.ts';
import { type Caller, caller, newId } from '../support/api.ts';
import { type Back, begin, beginAgain, complete, consent, wentThrough } from '../support/consent.ts';
import { aJiraSite, type JiraSite } from '../support/standins.ts';
import { tokenCalls } from './people.ts';

/** One consent at Atlassian covers as many sites as the person ticks; an integration is of one. */

let admin: Caller;
let sites: JiraSite[];
let ada: { user: string };
let hosts: string[];
beforeEach(async () => {
  admin = caller();
  ada = { user: `${newId('ada')}@acme.example`.replace('_', '-') };
  const [first, ...others] = await Promise.all([
    aJiraSite({ users: [{ displayName: 'Ada', email: ada.user }] }),
    aJiraSite({}),
    aJiraSite({}),
  ]);
  const { users } = await first.control<{ users: { accountId: string }[] }>('GET', '');
  const { accountId } = users[1] ?? { accountId: '' };
  for (const site of others)
    await site.control('POST', '/users', { accountId, displayName: 'Ada', email: ada.user });
  sites = [first, ...others];
  hosts = sites.map(({ host }) => host);
});

const cloudIdOf = async (site: JiraSite | undefined): Promise<string> =>
  (await (site as JiraSite).control<{ cloudId: string }>('GET', '')).cloudId;
const back = async (resources?: readonly string[]): Promise<Back> =>
  wentThrough(await begin(admin, 'jira'), { ...ada, ...(resources && { resources }) });
const calls = () => tokenCalls('jira', ada);

describe('a consent for several sites', () => {
  it('offers them by name and address, and stores nothing until one is chosen', async () => {
    const given = await back();

    const offered = await complete(admin, given);

    expect(offered.status).toBe(200);
    const expected = await Promise.all(
      sites.map(async (site) => ({
        id: await cloudIdOf(site),
        name: site.host.split('.')[0],
        url: site.baseUrl,
      })),
    );
    const byId = (a: { id: string }, b: { id: string }): number => (a.id < b.id ? -1 : 1);
    expect(Object.keys(offered.body)).toEqual(['choose']);
    expect(offered.body.choose.toSorted(byId)).toEqual(expected.toSorted(byId));
    expect(await rowsOf(admin)).toEqual([]);
  });

  it('connects the one that is chosen, with the code that was exchanged once', async () => {
    const given = await back();
    await complete(admin, given);
    const again = await complete(admin, given);

    const chosen = await complete(admin, given, await cloudIdOf(sites[1]));
    const repeated = await complete(admin, given);
    const changed = await complete(admin, given, await cloudIdOf(sites[2]));

    expect(again.body.choose).toHaveLength(3);
    expect(chosen.status).toBe(201);
    const { integration } = chosen.body;
    expect(integration).toMatchObject({
      status: 'active',
      account: { email: ada.user, url: sites[1]?.baseUrl },
      settings: { baseUrl: sites[1]?.baseUrl, cloudId: await cloudIdOf(sites[1]) },
    });
    for (const reply of [repeated, changed])
      expect(reply).toMatchObject({ status: 200, body: { integration: { id: integration.id } } });
    expect(changed.body.integration.settings.baseUrl).toBe(sites[1]?.baseUrl);
    expect(await calls()).toHaveLength(1);
  });

  it('does not connect one that it does not cover, and can still be completed', async () => {
    const given = await back(hosts.slice(0, 2));
    const foreign = await cloudIdOf(sites[2]);

    const first = await complete(admin, given, foreign);
    const refused = [first, await complete(admin, given, 'nonsense')];

    for (const reply of refused) expectProblem(reply, 400, 'invalid_request', 'choice');
    expect(first.text).not.toContain(foreign);
    expect(await rowsOf(admin)).toEqual([]);
    expect((await complete(admin, given, await cloudIdOf(sites[0]))).status).toBe(201);
    expect(await calls()).toHaveLength(1);
  });

  it('may be completed with the choice at once', async () => {
    const reply = await complete(admin, await back(), await cloudIdOf(sites[2]));

    expect(reply).toMatchObject({ status: 201, body: { integration: { status: 'active' } } });
  });

  it('chosen from fifty times at once, differently, connects one', async () => {
    const given = await back();
    await complete(admin, given);
    const ids = await Promise.all(sites.map(cloudIdOf));

    const replies = await Promise.all(
      Array.from({ length: 50 }, (_, index) => complete(admin, given, ids[index % 3])),
    );

    const made = replies.filter(({ status }) => status === 201);
    expect(made).toHaveLength(1);
    const [{ body }] = made as [(typeof made)[number]];
    for (const reply of replies)
      if (reply.status === 200) expect(reply.body.integration.id).toBe(body.integration.id);
      else if (reply.status !== 201) expectProblem(reply, 409, 'in_progress');
    expect((await admin.get('/integrations/connected')).body.integrations).toEqual([body.integration]);
    expect(await calls()).toHaveLength(1);
  });

  it('keeps its tokens sealed for the bearer of the ticket, and is chosen from by nobody else', async () => {
    const given = await back();
    await complete(admin, given);
    const [item] = await partition(`ATTEMPT#${given.attempt.slice(4)}`);

    const other = await complete(caller({ organizationId: admin.organizationId }), given);

    expect(item).toMatchObject({ status: 'choosing', returned: expect.any(Uint8Array) });
    expect(JSON.stringify(item)).not.toMatch(/eyJ|access_token|accessToken/);
    expectProblem(other, 404, 'not_found');
    expectProblem(await complete(admin, given, await cloudIdOf(sites[0])), 404, 'not_found');
  });
});

describe('a consent for no site', () => {
  it('says so, and connects nothing', async () => {
    const given = await back([]);

    const reply = await complete(admin, given);

    expectProblem(reply, 422, 'provider_forbidden');
    expect(reply.body.detail).toBe('The consent covers no site that can be connected.');
    expect(await rowsOf(admin)).toEqual([]);
    expectProblem(await complete(admin, given), 404, 'not_found');
  });
});

describe('one account on several sites', () => {
  it('is connected once for each of them', async () => {
    const one = await consent(admin, { provider: 'jira', ...ada, resources: [hosts[0] ?? ''] });
    // The consent now covers both: Atlassian adds sites to what was granted before.
    const given = await back([hosts[1] ?? '']);
    const two = await complete(admin, given, await cloudIdOf(sites[1]));
    const twice = await complete(admin, await back(), await cloudIdOf(sites[0]));

    expect(two).toMatchObject({ status: 201, body: { integration: { name: 'Jira 2' } } });
    expect(two.body.integration.account.id).toBe(one.account.id);
    expectProblem(twice, 409, 'already_connected');
  });

  it('is connected again to its own site without being asked, and to no other', async () => {
    const { id, account } = await consent(admin, { provider: 'jira', ...ada, resources: [hosts[1] ?? ''] });
    const again = async () => complete(admin, await wentThrough(await beginAgain(admin, id), ada));

    const same = await again();
    await sites[1]?.control('PATCH', `/users/${account.id}`, { active: false });
    const without = await again();

    expect(same).toMatchObject({
      status: 201,
      body: { integration: { id, settings: { baseUrl: sites[1]?.baseUrl } } },
    });
    expectProblem(without, 409, 'different_account');
    const { body } = await admin.get(`/integrations/${id}`);
    expect(body.integration).toEqual(same.body.integration);
  });
});
