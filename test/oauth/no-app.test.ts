import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { expectProblem } from '../integrations/told.ts';
import { caller } from '../support/api.ts';
import { type Cloud, removeData, startCloud } from '../support/cloud.ts';
import { consent } from '../support/consent.ts';
import { dumpOf } from '../support/table.ts';
import { aPerson, providers, withOwnApp } from './people.ts';

/** A cloud whose environment has no OAuth app; its providers are served by the stand-ins of the shared one. */

let cloud: Cloud;
beforeAll(async () => {
  const { standins } = inject('cloud');
  cloud = await startCloud(
    providers.flatMap((provider) => ['--provider', `${provider}=${standins[provider]}`]),
  );
});
afterAll(async () => {
  await cloud.stop();
  removeData(cloud);
});

describe.each(providers)('%s', (provider) => {
  it('cannot be connected by consent until the organisation sets an app, nor after it is removed', async () => {
    const [admin, stranger] = [caller({}, cloud.url), caller({}, cloud.url)];
    const member = caller({ organizationId: admin.organizationId, role: 'member' }, cloud.url);
    const wanted = { provider, scope: 'user', auth: 'oauth2' };
    const connect = (who: typeof admin) => who.post('/integrations/connect', wanted);

    const before = await connect(admin);
    await withOwnApp(admin, provider);
    const person = await aPerson(provider);
    const { id } = await consent(member, { provider, scope: 'user', ...person });
    const elsewhere = await connect(stranger);
    await admin.delete(`/providers/${provider}/app`);

    expectProblem(before, 409, 'oauth_not_configured');
    expectProblem(elsewhere, 409, 'oauth_not_configured');
    expectProblem(await connect(member), 409, 'oauth_not_configured');
    expectProblem(await member.post(`/integrations/${id}/reconnect`, {}), 409, 'oauth_not_configured');
  });

  it('has no app, and says where one would have to send people', async () => {
    const reply = await caller({}, cloud.url).get(`/providers/${provider}/app`);

    expect(reply.body).toEqual({
      app: {
        settings: {},
        secret: { set: false },
        redirectUri: `${cloud.url}/api/v1/oauth/callback/${provider}`,
        source: null,
      },
    });
  });
});

it('has none left of a start at which the bundled stand-ins served', async () => {
  const first = await startCloud();
  const before = await caller({}, first.url).get('/providers/jira/app');
  await first.stop();
  const second = await startCloud(['--provider', `jira=${inject('cloud').standins['jira']}`], first);
  const [jira, github] = await Promise.all(
    ['jira', 'github'].map((provider) => caller({}, second.url).get(`/providers/${provider}/app`)),
  );
  await second.stop();
  removeData(second);

  expect(before.body.app.source).toBe('environment');
  expect(jira?.body.app.source).toBe(null);
  expect(github?.body.app.source).toBe('environment');
});

it('begins nothing where there is no app', async () => {
  const before = await dumpOf(cloud);
  const reply = await caller({}, cloud.url).post('/integrations/connect', {
    provider: 'jira',
    scope: 'organization',
    auth: 'oauth2',
  });

  expectProblem(reply, 409, 'oauth_not_configured');
  expect(await dumpOf(cloud)).toEqual(before);
});
