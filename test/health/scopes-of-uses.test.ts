import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failuresOf, type Operation } from '../../lib/contract/define.ts';
import { operations } from '../../lib/contract/operations/index.ts';
import { attempt, expectNothing, type Line, lines, watched } from '../security/call.ts';
import { aCompany, type Company, failureOf, type Subject } from '../security/company.ts';
import { type Cloud, removeData, startCloud } from '../support/cloud.ts';
import { consentAgain } from '../support/consent.ts';
import { settled } from '../support/table.ts';
import { calendar } from './granted.ts';
import { aReducedJira } from './reduced.ts';

/** Every use of an integration asks first whether the consent covers it (F125). */

let cloud: Cloud;
let company: Company;
let subject: Subject;
beforeAll(async () => {
  cloud = await startCloud();
  company = await aCompany(cloud);
  const { admin, organization } = company;
  const { shrink, ...jira } = await aReducedJira(admin, cloud.standins['jira']);
  await shrink(['offline_access']);
  await admin.post(`/integrations/${jira.integrationId}/test`);
  const events = organization.calendar.integrationId;
  await consentAgain(admin, events, { user: 'ada@acme.example', scopes: ['openid', 'email'] });
  const failureId = await failureOf(cloud, admin, jira.integrationId, 'organization');
  subject = { ...organization, ...jira, failureId };
  await settled(cloud);
});
afterAll(async () => {
  await cloud.stop();
  removeData(cloud);
});

const needy = (operations as readonly Operation[])
  .filter((operation) => failuresOf(operation).includes('missing_scope'))
  .map(({ id }) => id);
/** What takes a scope that nobody but the provider knows, and what takes no integration. */
const exempt: Readonly<Record<string, string>> = {
  'integrations.proxy': 'any path of the provider’s: it is the provider that refuses',
  'calendar.import of a file': 'no integration is asked',
};
const uses = lines.filter(
  ({ operation, name }) => needy.includes(operation.id) && !(operation.id in exempt) && !(name in exempt),
);

const ofIssues = new Set(['syncs.start', 'mapping.preview', 'failures.redrive']);
/** Whom a line asks, and what it takes there. */
const neededBy = ({ operation, way }: Line) => {
  const { integrationId, calendar: events } = subject;
  if (way.names === 'calendar') return { id: events.integrationId, scope: calendar };
  return { id: integrationId, scope: ofIssues.has(operation.id) ? 'read:jira-work' : 'read:jira-user' };
};

describe.each(uses)('$name', (line) => {
  it('is refused where the consent does not cover it, with the way to one that would, and nobody is asked', async () => {
    const { reply, ...left } = await watched(cloud, () =>
      attempt(cloud, line, company, subject, company.admin),
    );

    const { id, scope } = neededBy(line);
    expect(reply).toMatchObject({ status: 409, body: { code: 'missing_scope' } });
    expect(reply.body.consent).toEqual({ scopes: [scope], reconnect: `/integrations/${id}/reconnect` });
    expectNothing(line, left);
  });
});

describe('an answer of many parts', () => {
  const named = (name: string): Line => {
    const line = lines.find((one) => one.name === name);
    if (!line) throw new Error(`There is no line ${name}.`);
    return line;
  };

  it.each(['activity.person of somebody', 'activity.person in one integration', 'activity.team'])(
    'tells of the source: %s',
    async (name) => {
      const line = named(name);

      const { reply, ...left } = await watched(cloud, () =>
        attempt(cloud, line, company, subject, company.admin),
      );

      const { sources } = reply.body.persons?.[0] ?? reply.body;
      expect(sources).toEqual([
        { integrationId: subject.integrationId, provider: 'jira', status: 'failed', code: 'missing_scope' },
      ]);
      expectNothing(line, left);
    },
  );

  it('tells of the source: a search across', async () => {
    const { admin, organization } = company;

    const { reply, ...left } = await watched(cloud, () =>
      admin.post('/search', { query: 'ada', types: ['event'] }),
    );

    expect(reply.body.items).toEqual([]);
    expect(reply.body.sources).toContainEqual({
      integrationId: organization.calendar.integrationId,
      status: 'failed',
      code: 'missing_scope',
    });
    expectNothing(named('search.across'), left);
  });
});
