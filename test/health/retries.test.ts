import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mostDeliveries } from '../../lib/contract/define.ts';
import { rowsOf } from '../integrations/stored.ts';
import { type Caller, caller } from '../support/api.ts';
import { consent } from '../support/consent.ts';
import { fault } from '../support/standins.ts';
import { startWorker } from '../support/worker.ts';
import { anAccount } from './accounts.ts';
import { anApp } from './apps.ts';
import { eventsOf, settled } from './seen.ts';

/** A provider that is down while tokens should end is asked again, and in the end what was asked for happens anyway. */

let worker: Awaited<ReturnType<typeof startWorker>>;
beforeAll(async () => {
  worker = await startWorker();
});
afterAll(() => worker.stop());

/** An integration at GitHub through an app of its own, so that faults of its revocation meet no other. */
const aConsent = async () => {
  const admin = caller();
  const { clientId } = await anApp(admin, 'github');
  const account = await anAccount('github');
  const { id } = await consent(admin, account);
  const down = (times: number) =>
    fault('github', {
      match: { host: 'api.github.com', path: `/applications/${clientId}/token` },
      times,
      act: { kind: 'answer', status: 503, headers: {}, body: {} },
    });
  const message = { organizationId: admin.organizationId, userId: null, integrationId: id };
  return { admin, account, id: id as string, down, message };
};

const endsOf = async (who: Caller, id: string) =>
  (await eventsOf(who, id)).flatMap(({ action, outcome, detail }) =>
    action === 'tokens.revoked' ? [{ outcome, how: detail['outcome'], why: detail['reason'] }] : [],
  );
const kindsOf = async (who: Caller): Promise<string[]> =>
  (await rowsOf(who)).map(({ sk }) => sk.replace(/#.*/, '')).toSorted();
const unconfirmed = { outcome: 'failed', how: 'failed', why: 'the provider did not confirm' };
const confirmed = { outcome: 'ok', how: 'revoked', why: null };

describe('a delete while the provider is down', () => {
  it('is done at once for everybody; its tokens end when the provider is back', async () => {
    const { admin, account, id, down, message } = await aConsent();
    await down(1);

    const deleted = await admin.delete(`/integrations/${id}`);
    await settled();
    const meanwhile = {
      alive: await account.alive(),
      kinds: await kindsOf(admin),
      ends: await endsOf(admin, id),
    };
    const handled = await worker.deliver('purge-integration', { ...message, after: null }, 2);

    expect(deleted.status).toBe(204);
    expect((await admin.get(`/integrations/${id}`)).status).toBe(404);
    expect((await admin.get('/consents')).body.consents).toEqual([]);
    expect(meanwhile).toEqual({ alive: [true], kinds: ['APP', 'CRED', 'DATAKEY'], ends: [] });
    expect(handled).toBe(true);
    expect(await account.alive()).toEqual([false]);
    expect(await kindsOf(admin)).toEqual(['APP', 'DATAKEY']);
    expect(await endsOf(admin, id)).toEqual([confirmed]);
  });

  it('ends all the same where the provider never comes back, and says so', async () => {
    const { admin, account, id, down, message } = await aConsent();
    await down(99);

    await admin.delete(`/integrations/${id}`);
    await settled();
    const tried = [];
    for (let delivery = 2; delivery <= mostDeliveries; delivery += 1)
      tried.push(await worker.deliver('purge-integration', { ...message, after: null }, delivery));

    expect(tried).toEqual([false, false, false, true]);
    expect(await account.alive()).toEqual([true]);
    expect(await kindsOf(admin)).toEqual(['APP', 'DATAKEY']);
    expect(await endsOf(admin, id)).toEqual([unconfirmed]);
  });

  it('may be delivered twice, also after it was done', async () => {
    const { admin, id, message } = await aConsent();
    await admin.delete(`/integrations/${id}`);
    await settled();

    const again = await worker.deliver('purge-integration', { ...message, after: null }, 2);

    expect(again).toBe(true);
    expect(await endsOf(admin, id)).toEqual([confirmed]);
  });
});

describe.each([
  ['a reset', (who: Caller, id: string) => who.post(`/integrations/${id}/reset`)],
  ['a withdrawal', (who: Caller, id: string) => who.delete(`/consents/${id}`)],
])('%s while the provider is down', (_what, act) => {
  it('keeps the tokens, sealed, until they are ended; once', async () => {
    const { admin, account, id, down, message } = await aConsent();
    await down(2);

    await act(admin, id);
    await settled();
    const second = await worker.deliver('revoke', message, 2);
    const kept = (await rowsOf(admin)).find(({ sk }) => sk === `CRED#${id}`)?.['retired'];
    const third = await worker.deliver('revoke', message, 3);
    const fourth = await worker.deliver('revoke', message, 4);

    expect([second, third, fourth]).toEqual([false, true, true]);
    expect(kept).toHaveLength(1);
    expect(await account.alive()).toEqual([false]);
    expect((await rowsOf(admin)).find(({ sk }) => sk === `CRED#${id}`)?.['retired']).toEqual([]);
    expect(await endsOf(admin, id)).toEqual([confirmed]);
  });
});

describe('tokens of an app that is gone', () => {
  it('are forgotten, with the reason', async () => {
    const { admin, account, id } = await aConsent();
    await admin.delete('/providers/github/app');

    await admin.delete(`/integrations/${id}`);
    await settled();

    expect(await account.alive()).toEqual([true]);
    expect(await kindsOf(admin)).toEqual(['DATAKEY']);
    expect(await endsOf(admin, id)).toEqual([
      { outcome: 'ok', how: 'forgotten', why: 'the OAuth app is gone' },
    ]);
  });
});
