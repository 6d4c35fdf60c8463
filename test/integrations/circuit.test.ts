import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Caller, caller, type Reply } from '../support/api.ts';
import { type Bench, jobEvent, startBench } from '../support/bench.ts';
import {
  aGithubAccount,
  aJiraSite,
  connectedGithub,
  connectedJira,
  type GithubAccount,
  type JiraSite,
} from '../support/standins.ts';
import { messageOf, syncOf } from '../sync/benched.ts';
import { startedSync } from '../sync/synced.ts';

/** A provider that is down is left alone for a while, host by host, and asked again after it. */

const enough = 10;
/** An answer that says it is down, and that asking again at once is of no use. */
const down = { kind: 'answer', status: 503, headers: { 'retry-after': '60' } } as const;

let bench: Bench;
let admin: Caller;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.stop());
beforeEach(() => {
  admin = caller({}, bench.url);
});

const search = (id: string): Promise<Reply> => admin.post(`/integrations/${id}/search`, { query: 'a' });
const searches = async (id: string, times: number): Promise<number[]> => {
  const statuses: number[] = [];
  for (let time = 0; time < times; time += 1) statuses.push((await search(id)).status);
  return statuses;
};
type Place = Pick<JiraSite | GithubAccount, 'calls'>;
/** What a call answers, and how often it asked the provider. */
const asking = async (place: Place, id: string) => {
  const before = (await place.calls()).length;
  const { status, body, headers } = await search(id);
  const wait = Number(headers.get('retry-after'));
  return { status, code: body.code, wait, asked: (await place.calls()).length - before };
};

describe('a host that one organisation has', () => {
  let site: JiraSite;
  let id: string;
  beforeEach(async () => {
    site = await aJiraSite({}, bench.standins['jira']);
    id = (await connectedJira(admin, site)).id;
  });

  it('is not asked after ten failures, then once, and is free again with the first success', async () => {
    await site.fault({ times: enough + 1, act: down });

    const failed = await searches(id, enough);
    const open = await asking(site, id);
    bench.advance(31);
    const tried = await asking(site, id);
    bench.advance(31);
    const longer = await asking(site, id);
    bench.advance(31);
    const mended = await asking(site, id);
    const after = await asking(site, id);

    expect(new Set(failed)).toEqual(new Set([502]));
    expect(open).toMatchObject({ status: 503, code: 'provider_unreachable', asked: 0 });
    expect(open.wait).toBeGreaterThan(0);
    expect(open.wait).toBeLessThanOrEqual(30);
    expect(tried).toMatchObject({ status: 502, asked: 1 });
    expect(longer).toMatchObject({ code: 'provider_unreachable', asked: 0 });
    expect(longer.wait).toBeLessThanOrEqual(30);
    expect([mended, after]).toMatchObject([
      { status: 200, asked: 1 },
      { status: 200, asked: 1 },
    ]);
  });

  it('is left alone no longer for calls that were under way together', async () => {
    await site.fault({ times: enough * 2, act: down });

    await Promise.all(Array.from({ length: enough * 2 }, () => search(id)));

    const open = await asking(site, id);
    expect(open).toMatchObject({ status: 503, asked: 0 });
    expect(open.wait).toBeLessThanOrEqual(30);
  });

  it('is tried by one call only, however many come at the end of its pause', async () => {
    await site.fault({ times: enough + 5, act: down });
    await searches(id, enough);
    const before = (await site.calls()).length;
    bench.advance(31);

    const replies = await Promise.all(Array.from({ length: 5 }, () => search(id)));

    expect((await site.calls()).length - before).toBe(1);
    expect(replies.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([502, 503, 503, 503, 503]);
  });

  it('is asked all the same by a person who tests, and free again where it answers', async () => {
    await site.fault({ times: enough, act: down });
    await searches(id, enough);
    const before = (await site.calls()).length;

    const tested = await admin.post(`/integrations/${id}/test`);

    expect(tested.body).toMatchObject({ ok: true });
    expect((await site.calls()).length - before).toBe(1);
    expect(await asking(site, id)).toMatchObject({ status: 200, asked: 1 });
  });

  it('is free again once new credentials were tried', async () => {
    await site.fault({ times: enough, act: down });
    await searches(id, enough);
    const { integration } = (await admin.get(`/integrations/${id}`)).body;
    expect(integration.health.state).toBe('degraded');
    const { body: before } = await admin.get(`/integrations/${id}/health`);

    const { version } = integration;
    const { credentials } = site.connection as { credentials: object };
    const changed = await admin.patch(`/integrations/${id}`, { version, credentials });

    const { since } = (await admin.get(`/integrations/${id}/health`)).body;

    expect(changed.body.integration.health.state).toBe('healthy');
    expect(await asking(site, id)).toMatchObject({ status: 200, asked: 1 });
    expect(Date.parse(since)).toBeGreaterThan(Date.parse(before.since));
  });

  it('says nothing about any other', async () => {
    const other = await aJiraSite({}, bench.standins['jira']);
    const { id: otherId } = await connectedJira(admin, other);
    await site.fault({ times: enough, act: down });

    await searches(id, enough);

    expect(await asking(site, id)).toMatchObject({ asked: 0 });
    expect(await asking(other, otherId)).toMatchObject({ status: 200, asked: 1 });
  });

  it('is asked as ever where failures are not in a row, or are no outages', async () => {
    await site.fault({ times: enough - 1, act: down });
    await searches(id, enough);
    await site.fault({ times: enough + 5, act: { kind: 'answer', status: 403 } });

    await searches(id, enough + 4);

    expect(await asking(site, id)).toMatchObject({ status: 422, code: 'provider_forbidden', asked: 1 });
  });

  it('is left alone by other processes too, and a sync waits for it', async () => {
    await site.fault({ times: enough, act: down });
    await searches(id, enough);
    const { id: syncId } = await startedSync(admin, id);
    await bench.taken({ id: 'sync' });
    const before = (await site.calls()).length;

    const child = await bench.child('functions/jobs/sync.ts');
    child.start(jobEvent(messageOf(admin, id, syncId)), 300);
    await child.finished();
    const waiting = await syncOf(admin, id, syncId);
    const asked = (await site.calls()).length - before;
    bench.advance(120);
    await bench.runJob('sync', messageOf(admin, id, syncId), 300);

    expect(waiting).toMatchObject({ state: 'running', code: 'provider_unreachable' });
    expect(asked).toBe(0);
    expect((await syncOf(admin, id, syncId)).state).toBe('succeeded');
  });
});

describe('a host that all share', () => {
  const anAccount = async (fails: number) => {
    const account = await aGithubAccount({}, ['repo'], bench.standins['github']);
    const { id } = await connectedGithub(admin, account, 'organization', { name: account.login });
    if (fails > 0) await account.fault({ times: fails, act: down });
    return { account, id: id as string };
  };

  it('is down when it is down for several, and not for one', async () => {
    const one = await anAccount(enough + 4);
    const [second, third, fine] = [await anAccount(1), await anAccount(1), await anAccount(0)];

    await searches(one.id, enough + 4);
    const forOne = await asking(one.account, one.id);
    await one.account.fault({ times: enough, act: down });
    await searches(one.id, enough);
    await searches(second.id, 1);
    await searches(third.id, 1);
    const forAll = await asking(fine.account, fine.id);
    bench.advance(31);
    const mended = await asking(fine.account, fine.id);

    expect(forOne).toMatchObject({ status: 200, asked: 1 });
    expect(forAll).toMatchObject({ status: 503, code: 'provider_unreachable', asked: 0 });
    expect(mended).toMatchObject({ status: 200, asked: 1 });
  });
});
