import { describe, expect, it } from 'vitest';
import { during, problemOf } from '../search/asking.ts';
import { newId } from '../support/api.ts';
import { connectedJira } from '../support/standins.ts';
import { bulk, connected } from './by-mail.ts';
import { aPerson, paths } from './linking.ts';

describe('a bulk call as a whole', () => {
  it('is 409 where the provider rejects the credentials, which are then known to be bad', async () => {
    const { admin, member, site, id, candidate } = await connected();
    await site.control('DELETE', `/tokens/${site.apiToken}`);

    const first = await during(site, () =>
      bulk(
        member,
        id,
        Array.from({ length: 30 }, () => candidate('ada')),
      ),
    );
    const second = await during(site, () => bulk(member, id, [candidate('ada')]));

    expect([first.result.status, first.result.body.code]).toEqual([409, 'needs_reauth']);
    expect(first.calls.length).toBeLessThan(30);
    expect([second.result.status, second.result.body.code, second.calls]).toEqual([409, 'needs_reauth', []]);
    expect((await admin.get(`/integrations/${id}`)).body.integration.status).toBe('needs_reauth');
  });

  it('is 404 in the same words for an integration that is not the caller’s', async () => {
    const { admin, member, stranger, site, id, candidate } = await connected();
    const own = (await connectedJira(member, site, 'user')).id;
    const absent = await bulk(admin, `int_o_${'A'.repeat(22)}`, [candidate('ada')]);

    const replies = [
      await bulk(stranger, id, [candidate('ada')]),
      await bulk(admin, own, [candidate('ada')]),
      await bulk(admin, 'malformed', [candidate('ada')]),
    ];

    expect([absent.status, absent.body.code]).toEqual([404, 'not_found']);
    for (const reply of replies) expect(problemOf(reply)).toEqual(problemOf(absent));
  });

  const person = () => ({ entity: aPerson(), email: 'ada@people.example' });
  const with3 = (change: object): unknown[] => [
    person(),
    person(),
    person(),
    { ...person(), ...change },
    person(),
  ];
  const refused: [string, unknown][] = [
    ['candidates', Array.from({ length: 101 }, person)],
    ['candidates', []],
    ['candidates', 'ada@people.example'],
    ['candidates', undefined],
    ...['ada', 'ada@', '@people.example', 'a b@people.example', 'ada@people.example\nx', '', 7, null].map(
      (email): [string, unknown] => ['candidates.3.email', with3({ email })],
    ),
    ['candidates.3.email', with3({ email: `${'x'.repeat(250)}@people.example` })],
    ['candidates.3.email', with3({ email: undefined })],
    ['candidates.3.entity.id', with3({ entity: { type: 'Person', id: '../x' } })],
    ['candidates.3.entity.type', with3({ entity: { type: 'Robot', id: 'x' } })],
    ['candidates.3.entity.type', with3({ entity: { type: 'Task', id: newId('task') } })],
    ['candidates.3.name', with3({ name: 'Ada' })],
  ];
  it.each(refused)('is 400 by the name of what is wrong: %s %#', async (path, candidates) => {
    const { member, site, id } = await connected();

    const { result, calls } = await during(site, () => bulk(member, id, candidates));

    expect([result.status, result.body.code, paths(result)]).toEqual([400, 'invalid_request', [path]]);
    expect(calls).toEqual([]);
  });
});
