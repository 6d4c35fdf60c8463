import { expect, it } from 'vitest';
import { caller } from '../support/api.ts';
import { aGithubAccount, connectedGithub, control } from '../support/standins.ts';
import { recordsOf, synced } from './synced.ts';

const moment = '2026-03-04T05:06:07Z';

const withThings = async (count: number) => {
  const admin = caller();
  const account = await aGithubAccount({}, ['repo']);
  const repository = `${account.login}/things`;
  const made = { repository, author: account.login, created: moment, updated: moment, title: 'Thing {n}' };
  await control('github', 'POST', 'repositories', { repository });
  await control('github', 'POST', 'issues', { ...made, count });
  const { id } = await connectedGithub(admin, account);
  return { admin, account, repository, made, id };
};

it('asks GitHub by its tag while nothing changes, which GitHub does not count', async () => {
  const { admin, account, id } = await withThings(3);
  const lists = async () => (await account.calls()).filter(({ path }) => path === '/issues');

  await synced(admin, id);
  const second = await synced(admin, id);
  const third = await synced(admin, id);

  expect(second).toMatchObject({ processed: 3, counts: { skipped: 3 } });
  expect(third).toMatchObject({ state: 'succeeded', processed: 0, full: false });
  expect((await lists()).map(({ status }) => status)).toEqual([200, 200, 304]);
});

it('sees a change behind the tag', async () => {
  const { admin, account, repository, made, id } = await withThings(3);
  for (let run = 0; run < 3; run += 1) await synced(admin, id);

  await control('github', 'POST', 'pulls', { ...made, title: 'A change', state: 'draft' });
  const run = await synced(admin, id);

  // Of the very second at which the last sync ended: no later time tells of it.
  expect(run.counts).toMatchObject({ created: 1, updated: 0 });
  expect((await account.calls()).at(-1)?.status).toBe(200);
  expect(
    (await recordsOf(admin, id, '&type=pull_request')).get(`pull_request ${repository}#4`),
  ).toMatchObject({
    title: 'A change',
    status: 'in_progress',
    providerStatus: 'draft',
    url: `https://github.com/${repository}/pull/4`,
  });
});

it('reads more things of one second than a page holds, each once', async () => {
  const { admin, id } = await withThings(200);

  const run = await synced(admin, id);
  const next = await synced(admin, id);

  expect(run).toMatchObject({ processed: 200, counts: { created: 200, skipped: 0 } });
  expect(next.counts).toMatchObject({ created: 0, updated: 0, skipped: 200 });
  expect((await recordsOf(admin, id)).size).toBe(200);
});
