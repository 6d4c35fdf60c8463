import { expect, it } from 'vitest';
import { type Caller, caller } from '../support/api.ts';
import { begin } from '../support/consent.ts';
import { aJiraSite } from '../support/standins.ts';

/** How many integrations a plan includes; plans are claims of the session token. */

const connects = async (who: Caller, scope: 'organization' | 'user' = 'organization') => {
  const site = await aJiraSite();
  return who.post('/integrations/connect', {
    provider: 'jira',
    scope,
    auth: 'api_token',
    name: site.host,
    ...site.connection,
  });
};

it('the free plan includes five, and one more once one is gone', async () => {
  const free = caller({ plan: 'free' });
  const made = [];
  for (let count = 0; count < 5; count += 1) made.push(await connects(free));

  const refused = await connects(free);
  const consent = begin(free, 'github');
  await expect(consent).rejects.toThrow('402');
  const own = await connects(free, 'user');
  await free.delete(`/integrations/${made[0]?.body.integration.id}`);
  const again = await connects(free);

  expect(made.map(({ status }) => status)).toEqual([201, 201, 201, 201, 201]);
  expect(refused).toMatchObject({ status: 402, body: { code: 'plan_required' } });
  // What a member connects for themself is their own.
  expect(own.status).toBe(201);
  expect(again.status).toBe(201);
  expect((await free.get('/integrations/connected?limit=100')).body.integrations).toHaveLength(6);
});

it('counts also those that are connected at one moment', async () => {
  const free = caller({ plan: 'free' });
  const answers = await Promise.all(Array.from({ length: 9 }, () => connects(free)));

  const statuses = answers.map(({ status }) => status).toSorted((a, b) => a - b);
  expect(statuses).toEqual([201, 201, 201, 201, 201, 402, 402, 402, 402]);
  expect((await free.get('/integrations/connected?limit=100')).body.integrations).toHaveLength(5);
});

it('is meant by its name however it is written', async () => {
  const free = caller({ plan: 'Free' });
  for (let count = 0; count < 5; count += 1) await connects(free);

  expect((await connects(free)).status).toBe(402);
});

it.each(['premium', 'a plan nobody named'])('%s has no bound', async (plan) => {
  const who = caller({ plan });
  const statuses = [];
  for (let count = 0; count < 6; count += 1) statuses.push((await connects(who)).status);

  expect(statuses).toEqual([201, 201, 201, 201, 201, 201]);
});
