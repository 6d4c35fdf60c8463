import { describe, expect, it } from 'vitest';
import { moment } from '../integrations/told.ts';
import { type Caller, caller } from '../support/api.ts';
import { consent, consentAgain } from '../support/consent.ts';
import {
  aGithubAccount,
  aJiraSite,
  connectedGithub,
  connectedJira,
  control,
  fault,
} from '../support/standins.ts';
import { type Account, anAccount } from './accounts.ts';
import { changesOf, eventsOf, healthOf, search, shown, soon } from './seen.ts';

/** What a provider revoked is told at once, once, with its cause; and only a person can mend it. */

type Cut = { id: string; revoke: () => Promise<unknown>; calls: () => Promise<unknown[]> };

const tokens: [string, (admin: Caller) => Promise<Cut>][] = [
  [
    'Jira',
    async (admin) => {
      const site = await aJiraSite();
      const { id } = await connectedJira(admin, site);
      return { id, revoke: () => site.control('DELETE', `/tokens/${site.apiToken}`), calls: site.calls };
    },
  ],
  [
    'GitHub',
    async (admin) => {
      const account = await aGithubAccount();
      const { id } = await connectedGithub(admin, account);
      const revoke = () => control('github', 'POST', 'tokens/revoke', { token: account.token });
      return { id, revoke, calls: account.calls };
    },
  ],
];

describe.each(tokens)('an API token of %s that was revoked', (_provider, connect) => {
  it('makes the integration needs_reauth with the first call, and the provider is not asked again', async () => {
    const admin = caller();
    const { id, revoke, calls } = await connect(admin);
    await revoke();

    const first = await search(admin, id);
    const asked = (await calls()).length;
    const second = await search(admin, id);

    for (const reply of [first, second])
      expect(reply).toMatchObject({ status: 409, body: { code: 'needs_reauth' } });
    expect((await calls()).length).toBe(asked);
    expect(await shown(admin, id)).toMatchObject({
      status: 'needs_reauth',
      enabled: true,
      health: { state: 'needs_reauth' },
    });
    expect(await healthOf(admin, id)).toMatchObject({
      state: 'needs_reauth',
      cause: 'credentials_rejected',
      since: moment,
      lastError: { code: 'provider_unauthorized', at: moment },
    });
  });

  it('is told of once, however many calls find out at the same moment', async () => {
    const admin = caller();
    const { id, revoke } = await connect(admin);
    await revoke();

    const replies = await Promise.all(Array.from({ length: 25 }, (_, call) => search(admin, id, `a${call}`)));

    expect(new Set(replies.map(({ body }) => body.code))).toEqual(new Set(['needs_reauth']));
    expect(await changesOf(admin, id)).toEqual([
      { from: 'active', to: 'needs_reauth', cause: 'credentials_rejected' },
    ]);
  });
});

/** How each provider says that a person took the consent back, and what is known of it then. */
const consents = [
  ['jira', 'revoked'],
  ['github', 'credentials_rejected'],
  ['google_calendar', 'revoked'],
  ['microsoft_outlook', 'revoked'],
] as const;

/** Taken back, and the access token at its end, so that nothing hides it. */
const takeBack = async (account: Account): Promise<void> => {
  await account.expire('access');
  await account.removeApp();
};

describe.each(consents)('a consent at %s that was taken back', (provider, cause) => {
  it('makes the integration needs_reauth at once, is told of once, and mended by a new one', async () => {
    const admin = caller();
    const account = await anAccount(provider);
    const { id } = await consent(admin, account);
    const connectedAt = (await healthOf(admin, id)).since;
    await takeBack(account);

    const replies = await Promise.all(Array.from({ length: 10 }, (_, call) => search(admin, id, `a${call}`)));
    const during = await healthOf(admin, id);

    expect(replies.map(({ status, body }) => `${status} ${body.code}`)).toEqual(
      Array(10).fill('409 needs_reauth'),
    );
    expect(during).toMatchObject({ state: 'needs_reauth', cause });
    expect(during.since >= connectedAt).toBe(true);
    expect(await changesOf(admin, id)).toEqual([{ from: 'active', to: 'needs_reauth', cause }]);

    await consentAgain(admin, id, account);
    const after = await healthOf(admin, id);

    expect(after).toMatchObject({ state: 'healthy' });
    expect(after).not.toHaveProperty('cause');
    expect(after.since >= during.since).toBe(true);
    expect((await search(admin, id)).status).toBe(200);
    expect((await eventsOf(admin, id)).map(({ action }) => action)).toContain('integration.reconnected');
    expect(await changesOf(admin, id)).toHaveLength(1);
  });
});

describe('testing what was taken back', () => {
  it('answers that it has to be reconnected, even while the last access token still works', async () => {
    const admin = caller();
    const account = await anAccount('google_calendar');
    const { id } = await consent(admin, account);
    await account.expire('refresh');
    await fault('google_calendar', {
      match: { host: 'www.googleapis.com', path: encodeURIComponent(account.user) },
      times: 1,
      act: { kind: 'answer', status: 401, headers: {}, body: {} },
    });
    await search(admin, id);
    expect(await account.newest()).toMatchObject({ accessWorks: true, state: 'expired' });

    const tested = await admin.post(`/integrations/${id}/test`);

    expect(tested.status).toBe(200);
    expect(tested.body).toEqual({
      ok: false,
      code: 'needs_reauth',
      hint: expect.stringMatching(/\w+/),
      testedAt: moment,
    });
    expect(await healthOf(admin, id)).toMatchObject({ state: 'needs_reauth' });
    expect(await changesOf(admin, id)).toHaveLength(1);
  });

  it('works on a disabled integration whose token has expired, and leaves it disabled', async () => {
    const admin = caller();
    const account = await anAccount('google_calendar');
    const { id, version } = await consent(admin, account);
    await admin.patch(`/integrations/${id}`, { enabled: false, version });
    const before = await account.calls();
    await account.oauth('POST', 'policy', { account: account.user, policy: { accessSeconds: 3000 } });
    await account.expire('access');

    const tested = await admin.post(`/integrations/${id}/test`);

    expect(tested.body).toEqual({ ok: true, testedAt: moment });
    expect((await account.calls()).slice(before.length).map(({ grant }) => grant)).toEqual(['refresh_token']);
    const after = await shown(admin, id);
    expect(after).toMatchObject({
      status: 'disabled',
      lastTestedAt: tested.body.testedAt,
      health: { state: 'disabled' },
    });
  });
});

describe('an expired access token', () => {
  it.each(['jira', 'google_calendar', 'microsoft_outlook'] as const)(
    'of %s is renewed without a word',
    async (provider) => {
      const admin = caller();
      const account = await anAccount(provider);
      const { id } = await consent(admin, account);
      await account.expire('access');

      const replies = await Promise.all([search(admin, id), search(admin, id)]);

      expect(replies.map(({ status }) => status)).toEqual([200, 200]);
      expect((await account.calls()).map(({ grant }) => grant)).toEqual([
        'authorization_code',
        'refresh_token',
      ]);
      expect(await soon(() => changesOf(admin, id))).toEqual([]);
      expect(await healthOf(admin, id)).toMatchObject({ state: 'healthy', tokenExpiresAt: moment });
    },
  );
});
