import { expect, it } from 'vitest';
import { caller } from '../support/api.ts';
import { aGoogleCalendar } from '../support/calendars.ts';
import {
  aGithubAccount,
  aJiraSite,
  connected,
  connectedGithub,
  connectedJira,
  control,
} from '../support/standins.ts';
import { recordsOf, synced } from './synced.ts';

/** What a provider sends does no harm where it is shown, whoever wrote it. */

const hostile =
  'Before <script>alert(1)</script><img src=x onerror=alert(2)> \u0000\u0007\u202E<svg/onload=alert(3)> after';
const harmless = /^Before .*after$/;
const acting = /<(script|img|svg)|onerror=|onload=|\p{Cc}|\p{Bidi_Control}|javascript:/iu;

it('is free of markup and control characters in every field, whatever the mapping', async () => {
  const admin = caller();
  const site = await aJiraSite();
  await site.control('POST', '/issues', {
    issues: [{ summary: hostile, description: hostile, labels: [hostile, 'fine'] }],
  });
  const { id } = await connectedJira(admin, site);
  const fields = { name: 'summary', text: 'description', tags: 'labels' };
  await admin.put(`/integrations/${id}/mapping`, { mapping: { task: { fields } } });

  await synced(admin, id);
  const record = (await recordsOf(admin, id)).get('task TEST-1');

  expect(record.title).toMatch(harmless);
  expect(record.description).toMatch(harmless);
  expect(record.fields.name).toMatch(harmless);
  expect(record.fields.tags).toEqual([expect.stringMatching(harmless), 'fine']);
  expect(JSON.stringify(record)).not.toMatch(acting);
});

it('has no address but those of its provider', async () => {
  const admin = caller();
  const account = await aGithubAccount({}, ['repo']);
  const repository = `${account.login}/things`;
  await control('github', 'POST', 'repositories', { repository });
  await control('github', 'POST', 'issues', {
    repository,
    author: account.login,
    title: '[click](javascript:alert(1))',
    body: hostile,
    labels: ['<svg onload=alert(1)>bold</svg>'],
  });
  const { id } = await connectedGithub(admin, account);

  await synced(admin, id);
  const [record] = [...(await recordsOf(admin, id)).values()];

  expect(record.url).toBe(`https://github.com/${repository}/issues/1`);
  expect(record.description).not.toMatch(acting);
  expect(record.fields.labels).toEqual([expect.not.stringMatching(acting)]);
});

it('leads to no place where a script would run', async () => {
  const admin = caller();
  const calendar = await aGoogleCalendar();
  const start = new Date(Date.now() + 86_400_000).toISOString();
  const location = 'javascript:alert(1)<script>';
  await calendar.add({
    summary: hostile,
    description: hostile,
    location,
    start: { dateTime: start },
    end: { dateTime: start },
  });
  const { id } = await connected(admin, 'google_calendar', calendar.connection, 'organization', {
    auth: calendar.auth,
  });

  await synced(admin, id);
  const [record] = [...(await recordsOf(admin, id)).values()];

  expect(record.title).toMatch(harmless);
  expect(record.fields.description ?? record.description).not.toMatch(/<script|onerror/);
  expect(record.url).toMatch(/^https:\/\/(www\.google\.com|calendar\.google\.com)\//);
});

it('is bounded in size, each text and the whole', async () => {
  const admin = caller();
  const site = await aJiraSite();
  const long = '語'.repeat(3_000);
  const labels = Array.from({ length: 60 }, (_, index) => `${index}-${'語'.repeat(150)}`);
  await site.control('POST', '/issues', {
    count: 40,
    template: { summary: long, description: long, labels },
  });
  const { id } = await connectedJira(admin, site);
  const targets = Array.from({ length: 50 }, (_, index) => `copy${index}`);
  const fields = Object.fromEntries(targets.map((name) => [name, 'description']));
  const set = await admin.put(`/integrations/${id}/mapping`, { mapping: { task: { fields } } });

  const run = await synced(admin, id);
  const records = [...(await recordsOf(admin, id)).values()];

  expect(set.status).toBe(200);
  expect(run).toMatchObject({ state: 'succeeded', counts: { created: 40 } });
  expect(records).toHaveLength(40);
  for (const record of records) {
    expect(Array.from(record.title as string)).toHaveLength(300);
    expect(Array.from(record.description as string)).toHaveLength(2_000);
    expect(Buffer.byteLength(JSON.stringify(record))).toBeLessThan(40_000);
    expect(record.fields.labels).toHaveLength(50);
    expect(record.fields.copy0).toHaveLength(2_000);
  }
});

it('may be longer than an answer is read: then it comes in smaller pages, all of it', async () => {
  const admin = caller();
  const site = await aJiraSite();
  const template = { summary: 'Long {n}', description: '漢'.repeat(32_000) };
  await site.control('POST', '/issues', { count: 100, template });
  const { id } = await connectedJira(admin, site);

  const run = await synced(admin, id);

  expect(run).toMatchObject({ state: 'succeeded', processed: 100, counts: { created: 100, failed: 0 } });
  expect((await recordsOf(admin, id)).size).toBe(100);
});
