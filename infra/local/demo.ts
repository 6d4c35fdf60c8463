import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CallOutput, createClient } from '../../lib/client/client.ts';
import { startCloud } from './cloud.ts';

/** The main job, call by call, against a local cloud of its own; ends with 0 only if every answer is right. */

const data = mkdtempSync(join(tmpdir(), 'manageros-demo-'));
const cloud = await startCloud({ port: 0, data, fresh: true, providers: {} });
const print = (text: string): void => cloud.print(`${text}\n`);

const abridged = (answer: unknown): string => {
  const text = JSON.stringify(answer, null, 2) ?? '(no body)';
  const lines = text.split('\n');
  return lines.length > 24 ? [...lines.slice(0, 20), '  … '].join('\n') : text;
};

const told = async <T>(title: string, call: string, answer: Promise<T>): Promise<T> => {
  const result = await answer;
  print(`\n# ${title}\n> ${call}\n${abridged(result)}`);
  return result;
};

const tokenFor = async (claims: object): Promise<string> => {
  const response = await fetch(`${cloud.url}/local/token`, { method: 'POST', body: JSON.stringify(claims) });
  return ((await response.json()) as { token: string }).token;
};

/** Typed-in credentials connect at once; only a consent is begun first. */
const connectedBy = (answer: CallOutput<'integrations.connect'>) => {
  if (!('integration' in answer)) throw new Error('A consent was begun.');
  return answer.integration;
};

const dayFromNow = (days: number): string =>
  new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

try {
  const token = await tokenFor({
    userId: 'user_demo',
    organizationId: 'org_demo',
    role: 'admin',
    personId: 'person_ada',
  });
  const api = createClient({ baseUrl: cloud.url, token: () => token });

  const { total } = await told(
    'What can be connected?',
    'GET /integrations/available?status=available',
    api.call('providers.list', { query: { status: 'available' } }),
  );
  assert.ok(total >= 2);

  const jira = connectedBy(
    await told(
      'An admin connects the Jira of the company',
      'POST /integrations/connect',
      api.call('integrations.connect', {
        body: {
          provider: 'jira',
          scope: 'organization',
          auth: 'api_token',
          settings: { baseUrl: 'https://acme.atlassian.net' },
          credentials: { username: 'admin@acme.example', apiToken: 'jira-demo-token' },
        },
      }),
    ),
  );
  assert.equal(jira.status, 'active');

  const github = connectedBy(
    await told(
      'and its GitHub',
      'POST /integrations/connect',
      api.call('integrations.connect', {
        body: {
          provider: 'github',
          scope: 'organization',
          auth: 'api_token',
          credentials: { token: 'ghp_demo_token_acme' },
        },
      }),
    ),
  );
  assert.equal(github.health.state, 'healthy');

  for (const [integration, expected] of [
    [jira, 'Ada Lovelace'],
    [github, 'ada-acme'],
  ] as const) {
    const { items } = await told(
      `A manager looks for Ada in ${integration.name}`,
      `POST /integrations/${integration.id}/search`,
      api.call('integrations.search', { params: { id: integration.id }, body: { query: 'ada' } }),
    );
    const ada = items.find(({ id, title }) => id === expected || title === expected);
    assert.ok(ada, `${expected} was not found`);
    const { link } = await told(
      'and links her',
      'POST /links',
      api.call('links.create', {
        body: {
          entity: { type: 'Person', id: 'person_ada' },
          integrationId: integration.id,
          external: { type: 'person', id: ada.id },
        },
      }),
    );
    assert.equal(link.state, 'ok');
  }

  const { links } = await told(
    'The links of her page',
    'GET /links?entityType=Person&entityId=person_ada',
    api.call('links.list', { query: { entityType: 'Person', entityId: 'person_ada' } }),
  );
  assert.equal(links.length, 2);

  const activity = await told(
    'Her tickets and pull requests of the last sixty days',
    'GET /persons/person_ada/activity',
    api.call('activity.person', {
      params: { personId: 'person_ada' },
      query: { from: dayFromNow(-60), to: dayFromNow(0) },
    }),
  );
  assert.equal(activity.degraded, false);
  assert.ok(activity.metrics.tickets.total > 0 && activity.metrics.pullRequests.total > 0);
  print(
    `\nShe has ${activity.metrics.tickets.total} tickets and ${activity.metrics.pullRequests.total} pull requests.`,
  );

  const { events } = await told('Who did what', 'GET /audit', api.call('audit.list', { query: {} }));
  assert.deepEqual(events.map(({ action }) => action).toSorted(), [
    'integration.created',
    'integration.created',
    'link.created',
    'link.created',
  ]);
  print('\nAll of it was right.');
} finally {
  await cloud.stop();
  rmSync(data, { recursive: true, force: true });
}
