import { expect, it } from 'vitest';
import { caller } from '../support/api.ts';
import { begin, consent } from '../support/consent.ts';

it.each([
  ['jira', 'ada@acme.example', { resources: ['acme.atlassian.net'] }],
  ['github', 'ada-acme', {}],
  ['google_calendar', 'ada@acme.example', {}],
  ['microsoft_outlook', 'ada@acme.example', {}],
])('connects %s', async (provider, user, more) => {
  const admin = caller();
  console.error(await begin(admin, provider));
  const integration = await consent(admin, { provider, user, ...more });
  console.error(JSON.stringify(integration));
  expect(integration).toMatchObject({ provider, status: 'active', health: { state: 'healthy' } });
});
