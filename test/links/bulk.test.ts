import { describe, expect, it } from 'vitest';
import { githubUser, newWord } from '../search/asking.ts';
import { company, type Reply } from '../support/api.ts';
import { aGithubAccount, connectedGithub } from '../support/standins.ts';
import { bulk, connected } from './by-mail.ts';
import { aPerson, link, linked, linkId, linkIds, linksOf, time } from './linking.ts';

type Result = { outcome: string };
const byOutcome = (a: Result, b: Result): number => (a.outcome < b.outcome ? -1 : 1);
const outcomesOf = ({ body }: Reply): string[] =>
  (body.results as Result[]).map(({ outcome }) => outcome).toSorted();

describe('linking many persons by e-mail address', () => {
  it('tells of a hundred what became of each, in their order', async () => {
    const { admin, member, site, id, person, candidate } = await connected();
    const ada = await person('ada');
    const hidden = await person('hidden', { emailVisible: false });
    const twins = [
      await person('twin', { emailVisible: false, displayName: 'One Twin' }),
      await person('twin', { emailVisible: false, displayName: 'Other Twin' }),
    ];
    await person('left', { active: false });
    await person('robot', { accountType: 'app' });
    await person('customer', { accountType: 'customer' });
    const before = candidate('hidden');
    const standing = await linked(admin, id, { type: 'person', id: ada }, before.entity);
    const nobody = Array.from({ length: 92 }, (_, index) => candidate(`nobody${index}`));
    const candidates = [
      ...nobody.slice(0, 5),
      ...['ada', 'ADA', 'hidden', 'twin', 'left', 'robot', 'customer'].map(candidate),
      before,
      ...nobody.slice(5),
    ];
    await site.fault({ times: 1, match: { path: '/user/search$' }, act: { kind: 'answer', status: 403 } });

    const { status, body } = await bulk(member, id, candidates);

    const entity = expect.any(Object);
    const made = (external: string, title: string) => ({
      outcome: 'linked',
      entity,
      link: expect.objectContaining({
        id: linkId,
        integration: { id, name: 'Jira', provider: 'jira', scope: 'organization' },
        external: expect.objectContaining({ type: 'person', id: external, title }),
        state: 'ok',
        createdAt: time,
        createdBy: member.userId,
      }),
    });
    const none = { outcome: 'not_found', entity };
    expect([status, candidates.length]).toEqual([200, 100]);
    expect(body.results).toMatchObject(candidates.map((one) => ({ entity: one.entity })));
    // Which of the first five met the fault is not known: they are asked for at once.
    expect(body.results.slice(0, 5).toSorted(byOutcome)).toEqual([
      { outcome: 'failed', entity, code: 'provider_forbidden' },
      ...Array(4).fill(none),
    ]);
    expect(body.results.slice(5)).toEqual([
      made(ada, 'ada'),
      made(ada, 'ada'),
      made(hidden, 'hidden'),
      {
        outcome: 'ambiguous',
        entity,
        candidates: twins.map((twin) => expect.objectContaining({ id: twin, type: 'person' })),
      },
      none,
      none,
      none,
      { outcome: 'already_linked', entity, link: standing },
      ...Array(87).fill(none),
    ]);
  });

  it('goes on with the rest where one fails', async () => {
    const { member, site, id, person, candidate } = await connected();
    const names = ['one', 'two', 'three', 'four', 'five', 'six', 'seven'];
    for (const name of names) await person(name);
    const candidates = names.map(candidate);
    await site.fault({ times: 1, match: { path: '/user/search$' }, act: { kind: 'answer', status: 403 } });

    const first = await bulk(member, id, candidates);
    const again = await bulk(member, id, candidates);

    expect([first.status, outcomesOf(first)]).toEqual([200, ['failed', ...Array(6).fill('linked')]]);
    expect(first.body.results.toSorted(byOutcome)[0]).toEqual({
      entity: expect.any(Object),
      outcome: 'failed',
      code: 'provider_forbidden',
    });
    expect(outcomesOf(again)).toEqual([...Array(6).fill('already_linked'), 'linked']);
  });

  it('makes the links that are made one by one, and says so in the audit', async () => {
    const { admin, member, id, person, candidate } = await connected();
    const ada = await person('ada');
    const one = candidate('ada');

    const { body } = await bulk(member, id, [one]);
    const single = await link(admin, id, { type: 'person', id: ada }, one.entity);

    expect([single.status, single.body.link]).toEqual([200, body.results[0].link]);
    expect((await linksOf(member, one.entity)).body.links).toEqual([single.body.link]);
    const { events } = (await admin.get(`/audit?action=link.created&target=${single.body.link.id}`)).body;
    expect(events).toMatchObject([{ actor: member.userId, provider: 'jira', outcome: 'ok' }]);
  });

  it('links the same person once where it is named twice', async () => {
    const { member, id, person, candidate } = await connected();
    await person('ada');
    const one = candidate('ada');

    const reply = await bulk(member, id, [one, one, one]);

    expect(outcomesOf(reply)).toEqual(['already_linked', 'already_linked', 'linked']);
    expect(linkIds(await linksOf(member, one.entity))).toHaveLength(1);
  });

  it('finds on GitHub who shows the address, with what the profile says, and nobody else', async () => {
    const { admin } = company();
    const word = newWord();
    const { id } = await connectedGithub(admin, await aGithubAccount());
    await githubUser({ login: `${word}-a`, name: 'Ada', email: `ada@${word}.example` });
    await githubUser({ login: `${word}-b`, name: 'Bob', email: `ada.${word}@example` });
    await githubUser({ login: `${word}-c`, name: `ada@${word}.example` });
    const candidates = ['ada', 'grace'].map((name) => ({
      entity: aPerson(),
      email: `${name}@${word}.example`,
    }));

    const { body } = await bulk(admin, id, candidates);

    expect(body.results).toMatchObject([{ outcome: 'linked' }, { outcome: 'not_found' }]);
    const single = await link(admin, id, { type: 'person', id: `${word}-a` });
    expect(body.results[0].link.external).toEqual(single.body.link.external);
    expect(single.body.link.external).toMatchObject({ title: 'Ada', email: `ada@${word}.example` });
  });
});
