import { describe, expect, it } from 'vitest';
import { rowsOf } from '../integrations/stored.ts';
import { type Caller, caller, company } from '../support/api.ts';
import { begin, complete, consent, consentAgain, wentThrough } from '../support/consent.ts';
import { anAccount } from './accounts.ts';
import { anApp } from './apps.ts';
import { eventsOf, search, settled } from './seen.ts';

/** Tokens nobody uses any more end at the provider: never more than they, unless nothing else hangs on the account. */

const gone: [how: string, act: (who: Caller, id: string) => Promise<unknown>][] = [
  ['deleting', (who, id) => who.delete(`/integrations/${id}`)],
  ['resetting', (who, id) => who.post(`/integrations/${id}/reset`)],
  ['withdrawing the consent of', (who, id) => who.delete(`/consents/${id}`)],
];

/** What is recorded of the end of an integration's tokens. */
const endsOf = async (who: Caller, id: string) =>
  (await eventsOf(who, id)).flatMap(({ action, actor, outcome, detail }) =>
    action === 'tokens.revoked' ? [{ actor, outcome, ...detail }] : [],
  );
const revoked = { actor: 'system', outcome: 'revoked', reason: null };
const forgotten = (reason: string) => ({ actor: 'system', outcome: 'forgotten', reason });
const shared = forgotten('other integrations use the same account');

describe.each(gone)('%s an integration', (_how, act) => {
  it('ends its token at GitHub, and no other of the same person and app', async () => {
    const [admin, elsewhere] = [caller(), caller()];
    const account = await anAccount('github');
    const { id } = await consent(admin, account);
    const other = await consent(elsewhere, account);

    await act(admin, id);
    await settled();

    expect(await account.alive()).toEqual([false, true]);
    expect((await search(elsewhere, other.id)).status).toBe(200);
    expect(await endsOf(admin, id)).toEqual([revoked]);
  });

  it('ends everything at Google where nothing else hangs on the account', async () => {
    const admin = caller();
    const account = await anAccount('google_calendar');
    const { id } = await consent(admin, account);

    await act(admin, id);
    await settled();

    expect(await account.alive()).toEqual([false]);
    expect(await endsOf(admin, id)).toEqual([revoked]);
  });

  it('forgets its tokens at Google while another integration, of whomever, lives by the account', async () => {
    const [admin, elsewhere] = [caller(), caller()];
    const account = await anAccount('google_calendar');
    const { id } = await consent(admin, account);
    const other = await consent(elsewhere, { ...account, scope: 'user' });

    await act(admin, id);
    await settled();

    expect(await account.alive()).toEqual([true, true]);
    expect((await search(elsewhere, other.id)).status).toBe(200);
    expect(await endsOf(admin, id)).toEqual([shared]);

    await elsewhere.delete(`/integrations/${other.id}`);
    await settled();

    expect(await account.alive()).toEqual([false, false]);
  });

  it.each(['jira', 'microsoft_outlook'] as const)(
    'forgets its tokens at %s, which ends none',
    async (provider) => {
      const admin = caller();
      const { id } = await consent(admin, await anAccount(provider));

      await act(admin, id);
      await settled();

      expect(await endsOf(admin, id)).toEqual([forgotten('the provider offers no revocation')]);
      const kept = (await rowsOf(admin)).find(({ sk }) => sk === `CRED#${id}`);
      expect(kept?.['tokens'] ?? null).toBeNull();
      expect(kept?.['retired'] ?? []).toEqual([]);
    },
  );
});

describe('an account that several integrations live by', () => {
  it('ends with the last of them, also where all go at the same moment', async () => {
    const account = await anAccount('google_calendar');
    const owners = [caller(), caller(), caller(), caller()];
    const ids: string[] = [];
    for (const owner of owners) ids.push((await consent(owner, account)).id);

    await Promise.all(owners.map((owner, index) => owner.delete(`/integrations/${ids[index]}`)));
    await settled();

    expect(await account.alive()).toEqual(owners.map(() => false));
    const ends = await Promise.all(owners.map((owner, index) => endsOf(owner, ids[index] ?? '')));
    expect(ends.flat()).toContainEqual(revoked);
  });

  it('is two where they came through different apps: each ends by itself', async () => {
    const [admin, elsewhere] = [caller(), caller()];
    const account = await anAccount('google_calendar');
    const { id } = await consent(admin, account);
    await anApp(elsewhere, 'google_calendar');
    const other = await consent(elsewhere, account);

    await admin.delete(`/integrations/${id}`);
    await settled();

    expect(await account.alive()).toEqual([false, true]);
    expect((await search(elsewhere, other.id)).status).toBe(200);
  });

  it('is not connected twice by one owner, and the first goes on', async () => {
    const admin = caller();
    const account = await anAccount('github');
    const { id } = await consent(admin, account);

    const second = await complete(admin, await wentThrough(await begin(admin, 'github'), account));
    await settled();

    expect(second).toMatchObject({ status: 409, body: { code: 'already_connected' } });
    expect(await account.alive()).toEqual([true, false]);
    expect((await search(admin, id)).status).toBe(200);
  });

  it('is shown to nobody else', async () => {
    const { admin, stranger } = company();
    const account = await anAccount('google_calendar');
    const { id } = await consent(admin, account);

    const theirs = [
      await stranger.get('/integrations/connected'),
      await stranger.get('/consents'),
      await stranger.get('/audit'),
    ];

    for (const { text } of theirs) expect(text).not.toContain(id);
    expect((await rowsOf(stranger)).map(({ sk }) => sk)).toEqual([]);
  });
});

describe('consenting anew', () => {
  it('ends the old token at GitHub, and keeps the new one', async () => {
    const admin = caller();
    const account = await anAccount('github');
    const { id } = await consent(admin, account);

    await consentAgain(admin, id, account);
    await settled();

    expect(await account.alive()).toEqual([false, true]);
    expect((await search(admin, id)).status).toBe(200);
    expect(await endsOf(admin, id)).toEqual([revoked]);
  });

  it('ends nothing at Google, where that would end the new one too', async () => {
    const admin = caller();
    const account = await anAccount('google_calendar');
    const { id } = await consent(admin, account);

    await consentAgain(admin, id, account);
    await settled();

    expect((await account.alive()).at(-1)).toBe(true);
    expect((await search(admin, id)).status).toBe(200);
    expect(await endsOf(admin, id)).toEqual([]);
  });

  it('after a reset begins afresh, with that account or another', async () => {
    const admin = caller();
    const [first, second] = [await anAccount('google_calendar'), await anAccount('google_calendar')];
    const { id } = await consent(admin, first);
    await admin.post(`/integrations/${id}/reset`);
    await settled();

    const again = await consentAgain(admin, id, second, second.more);
    await settled();

    expect(again.account.email).toBe(second.user);
    expect((await search(admin, id)).status).toBe(200);
    expect([await first.alive(), await second.alive()]).toEqual([[false], [true]]);
    expect(await endsOf(admin, id)).toEqual([revoked]);
  });
});
