import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { caller } from '../support/api.ts';
import { consent } from '../support/consent.ts';
import { startWorker } from '../support/worker.ts';
import { anAccount } from './accounts.ts';
import { anApp } from './apps.ts';
import { changesOf, healthOf, search } from './seen.ts';

/** A fault of our own app is no fault of whoever consented: the integration is degraded, and nobody reconnects. */

let worker: Awaited<ReturnType<typeof startWorker>>;
beforeAll(async () => {
  worker = await startWorker();
});
afterAll(() => worker.stop());

describe('an OAuth app that is gone', () => {
  it('degrades what lives by it, told once however often a refresh is tried', async () => {
    const admin = caller();
    await anApp(admin, 'google_calendar');
    const account = await anAccount('google_calendar');
    const { id } = await consent(admin, account);
    await admin.delete('/providers/google_calendar/app');
    const { organizationId } = admin;
    const message = { organizationId, userId: null, integrationId: id, reason: 'use', seen: 1 };

    const handled = [
      await worker.deliver('refresh', message, 1),
      await worker.deliver('refresh', message, 1),
      await worker.deliver('refresh', message, 2),
    ];

    expect(handled).toEqual([true, true, true]);
    expect(await healthOf(admin, id)).toMatchObject({ state: 'degraded', cause: 'app_rejected' });
    expect(await changesOf(admin, id)).toEqual([{ from: 'active', to: 'active', cause: 'app_rejected' }]);
    // Its last access token works as long as it lives.
    expect((await search(admin, id)).status).toBe(200);
    expect((await account.calls()).map(({ grant }) => grant)).toEqual(['authorization_code']);
  });

  it('is said to whoever needs a newer token, who is not sent to reconnect', async () => {
    const admin = caller();
    await anApp(admin, 'google_calendar');
    const account = await anAccount('google_calendar');
    const { id } = await consent(admin, account);
    await admin.delete('/providers/google_calendar/app');
    await account.expire('access');

    const refused = await search(admin, id);

    expect(refused).toMatchObject({ status: 409, body: { code: 'oauth_app_rejected' } });
    expect(await healthOf(admin, id)).toMatchObject({ state: 'degraded', cause: 'app_rejected' });
  });
});
