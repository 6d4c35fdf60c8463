import { describe, expect, it } from 'vitest';
import { expectProblem } from '../integrations/told.ts';
import { caller } from '../support/api.ts';
import { begin, complete, consent, wentThrough } from '../support/consent.ts';
import { plantedSecret } from '../support/secrets.ts';
import { control } from '../support/standins.ts';
import { anApp, aPerson, tokenCalls, withOwnApp } from './people.ts';

describe('an app that changes while somebody consents', () => {
  it('to another app ends the attempt: the code is the old app’s', async () => {
    const admin = caller();
    const person = await aPerson('github');
    await withOwnApp(admin, 'github');
    const back = await wentThrough(await begin(admin, 'github'), person);
    await withOwnApp(admin, 'github');

    expectProblem(await complete(admin, back), 409, 'oauth_not_configured');

    expect(await tokenCalls('github', person)).toEqual([]);
    expect((await admin.get('/integrations/connected')).body.integrations).toEqual([]);
  });

  it('only in its secret completes with the new one', async () => {
    const admin = caller();
    const person = await aPerson('github');
    const { clientId: id } = await withOwnApp(admin, 'github');
    const back = await wentThrough(await begin(admin, 'github'), person);
    const secret = plantedSecret('renewed');
    const redirectPatterns = ['http://127\\.0\\.0\\.1:\\d+/api/v1/oauth/callback/github'];
    await control('github', 'POST', 'oauth/clients', { id, secret, redirectPatterns });
    await admin.put('/providers/github/app', { clientId: id, clientSecret: secret });

    expect((await complete(admin, back)).status).toBe(201);
  });

  it('twenty times at once is one of the twenty in the end, with its own secret', async () => {
    const admin = caller();
    const apps = await Promise.all(Array.from({ length: 20 }, () => anApp('github')));

    const replies = await Promise.all(apps.map((app) => admin.put('/providers/github/app', app)));

    const { clientId } = (await admin.get('/providers/github/app')).body.app;
    expect(apps.map((app) => app.clientId)).toContain(clientId);
    for (const reply of replies) if (reply.status !== 200) expectProblem(reply, 409, 'conflict');
    expect(replies.filter(({ status }) => status === 200).length).toBeGreaterThan(0);
    const person = await aPerson('github');
    expect(await consent(admin, { provider: 'github', ...person })).toMatchObject({ status: 'active' });
    expect(await tokenCalls('github', person)).toMatchObject([{ client: clientId, outcome: 'issued' }]);
  });
});
