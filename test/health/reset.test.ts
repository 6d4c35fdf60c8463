import { describe, expect, it } from 'vitest';
import { rowsOf } from '../integrations/stored.ts';
import { type Caller, caller } from '../support/api.ts';
import { aGoogleCalendar, anOutlookMailbox, type Calendar } from '../support/calendars.ts';
import { consent } from '../support/consent.ts';
import { aGithubAccount, aJiraSite, connected, connectedGithub, connectedJira } from '../support/standins.ts';
import { anAccount } from './accounts.ts';
import { search, settled } from './seen.ts';

/** What a reset leaves in the table: nothing that opens the account again (F019). */

const aCalendar = async (who: Caller, { provider, auth, connection }: Calendar) =>
  connected(who, provider, connection, 'organization', { auth });

const byCredentials: Record<string, (who: Caller) => Promise<{ id: string }>> = {
  'a Jira by API token': async (who) => connectedJira(who, await aJiraSite()),
  'a GitHub by access token': async (who) => connectedGithub(who, await aGithubAccount()),
  'a calendar by service account': async (who) => aCalendar(who, await aGoogleCalendar()),
  'a mailbox by client credentials': async (who) => aCalendar(who, await anOutlookMailbox()),
};

/** Both items of the integration, and how many sealed values stand in all that the organisation stores. */
const storedOf = async (who: Caller, id: string) => {
  const rows = await rowsOf(who);
  const row = (sk: string) => rows.find((one) => one.sk === sk);
  const bytes = (value: unknown): number => {
    if (value instanceof Uint8Array) return 1;
    if (typeof value !== 'object' || value === null) return 0;
    return Object.values(value).reduce((sum: number, child) => sum + bytes(child), 0);
  };
  const sealed = rows.filter(({ sk }) => sk.includes(id)).reduce((sum, one) => sum + bytes(one), 0);
  return { integration: row(`INT#${id}`), credential: row(`CRED#${id}`), sealed };
};

const expectEmptied = ({ integration, credential, sealed }: Awaited<ReturnType<typeof storedOf>>): void => {
  expect(credential).toMatchObject({
    ...{ state: 'needs_setup', cause: 'reset', sealed: null, tokens: null, retired: [] },
    ...{ settings: {}, account: null, tenant: '', refreshable: false, accessExpiresAt: null },
  });
  expect(integration).toMatchObject({ secrets: {}, settings: {}, account: null, tenant: '' });
  expect(sealed).toBe(0);
};

describe('a reset', () => {
  it.each(Object.entries(byCredentials))('of %s leaves nothing, at once', async (_, connect) => {
    const admin = caller();
    const { id } = await connect(admin);
    await search(admin, id);
    const before = await storedOf(admin, id);

    const reset = await admin.post(`/integrations/${id}/reset`);

    expect(before.sealed).toBeGreaterThan(0);
    expect(reset.status).toBe(200);
    expectEmptied(await storedOf(admin, id));
  });

  it('of a consent leaves nothing once the provider was told to end its tokens', async () => {
    const admin = caller();
    const { id } = await consent(admin, await anAccount('jira'));
    const before = await storedOf(admin, id);

    await admin.post(`/integrations/${id}/reset`);
    const { credential } = await storedOf(admin, id);
    await settled();

    expect(before.credential?.['tokens']).toBeInstanceOf(Uint8Array);
    expect(credential).toMatchObject({ sealed: null, tokens: null, app: null });
    expectEmptied(await storedOf(admin, id));
  });
});
