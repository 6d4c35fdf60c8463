import { describe, expect, it } from 'vitest';
import { expectProblem } from '../integrations/told.ts';
import { caller } from '../support/api.ts';
import { aGoogleCalendar, demoApps } from '../support/calendars.ts';
import { consent } from '../support/consent.ts';
import { control } from '../support/standins.ts';
import { type Connected, ways } from './calendars.ts';

/** A calendar stays connected over the life of its tokens, and says so when it cannot. */

type Family = { id: string };

/** The grant behind the tokens of a connection, as the provider knows it. */
const grantOf = async ({ calendar }: Connected, byConsent: boolean): Promise<string> => {
  const { provider, owner, connection } = calendar;
  const { clientEmail } = connection.credentials;
  const whose = byConsent
    ? `client=${demoApps[provider]}&account=${encodeURIComponent(owner)}`
    : `client=${encodeURIComponent(clientEmail ?? connection.settings['clientId'] ?? '')}`;
  const { families } = await control<{ families: Family[] }>(provider, 'GET', `oauth/families?${whose}`);
  const last = families.at(-1);
  if (!last) throw new Error('The provider gave no tokens.');
  return last.id;
};

const search = ({ admin, id }: Connected) => admin.post(`/integrations/${id}/search`, {});

describe.each(ways)('$way', ({ way, connect }) => {
  const byConsent = way.endsWith('consent');

  it('goes on with a new token where the provider takes the old one no longer', async () => {
    const held = await connect();
    const family = await grantOf(held, byConsent);
    await held.calendar.control('oauth/expire', { family, what: 'access' });

    const first = await search(held);
    const second = await search(held);

    expect([first.status, second.status]).toEqual([200, 200]);
    const { body } = await held.admin.get(`/integrations/${held.id}`);
    expect(body.integration).toMatchObject({ status: 'active', health: { state: 'healthy' } });
  });

  it('asks to be reconnected where the provider gives no tokens any more', async () => {
    const held = await connect();
    const { owner, provider, connection } = held.calendar;
    const family = await grantOf(held, byConsent);
    if (byConsent)
      await held.calendar.control('oauth/grants/revoke', { client: demoApps[provider], account: owner });
    else if (provider === 'google_calendar')
      await held.calendar.control('service-accounts/keys', {
        email: connection.credentials['clientEmail'],
        disabled: true,
      });
    else
      await held.calendar.control('app-secret', { client: connection.settings['clientId'], expired: true });
    await held.calendar.control('oauth/expire', { family, what: 'access' });

    const reply = await search(held);

    expectProblem(reply, 409, 'needs_reauth');
    const { body } = await held.admin.get(`/integrations/${held.id}`);
    expect(body.integration).toMatchObject({ status: 'needs_reauth' });
  });
});

describe('a calendar permission that was unticked', () => {
  it('is named by whatever would need it, with the way to consent to it', async () => {
    const [admin, { owner: user, provider }] = [caller(), await aGoogleCalendar()];
    const integration = await consent(admin, { provider, user, scopes: ['openid', 'email'] });
    const needed = ['https://www.googleapis.com/auth/calendar.readonly'];

    const searching = await admin.post(`/integrations/${integration.id}/search`, {});
    const importing = await admin.post('/calendar/import', {
      integrationId: integration.id,
      externalId: 'acmedemo',
    });

    expect(integration).toMatchObject({ status: 'active', health: { state: 'degraded' } });
    for (const reply of [searching, importing]) {
      expectProblem(reply, 409, 'missing_scope');
      expect(reply.body.consent).toEqual({
        scopes: needed,
        reconnect: `/integrations/${integration.id}/reconnect`,
      });
    }
  });
});
