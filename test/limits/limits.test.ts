import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attempt, lines } from '../security/call.ts';
import { aCompany, type Company } from '../security/company.ts';
import type { Caller } from '../support/api.ts';
import { caller } from '../support/api.ts';
import { type Cloud, removeData, startCloud } from '../support/cloud.ts';
import { settled } from '../support/table.ts';
import { callsAtProviders, counted, inParts, integrationCounter, most, userCounter } from './counting.ts';

/** Calls that reach a provider are counted by the minute: of a user, of an organisation, of an integration (F102). */

let cloud: Cloud;
beforeAll(async () => {
  cloud = await startCloud();
});
afterAll(async () => {
  await cloud.stop();
  removeData(cloud);
});

const search = (who: Caller, id: string) => who.post(`/integrations/${id}/search`, { query: 'a' });

describe('the limit', () => {
  it.each([
    ['user', ({ admin }: Company) => userCounter(admin), most.user],
    ['organisation', () => 'all', most.organization],
    [
      'integration',
      ({ organization }: Company) => integrationCounter(organization.integrationId),
      most.integration,
    ],
  ] as const)(
    'of one %s lets exactly so many of any number of parallel calls through',
    async (_, counter, limit) => {
      const company = await aCompany(cloud);
      const { admin, organization } = company;
      await settled(cloud);
      await counted(cloud, admin, counter(company), limit - 7);
      const before = await callsAtProviders(cloud);

      const replies = await Promise.all(
        Array.from({ length: 40 }, () => search(admin, organization.integrationId)),
      );

      const refused = replies.filter(({ status }) => status === 429);
      expect(replies.filter(({ status }) => status === 200)).toHaveLength(7);
      expect(refused).toHaveLength(33);
      expect(await callsAtProviders(cloud)).toBe(before + 7);
      for (const { body, headers } of refused) {
        expect(body.code).toBe('rate_limited');
        const seconds = Number(headers.get('retry-after'));
        expect(seconds).toBeGreaterThanOrEqual(1);
        expect(seconds).toBeLessThanOrEqual(60);
      }
    },
  );

  it('of one user leaves others alone, that of one integration other integrations, and all of them other organisations', async () => {
    const company = await aCompany(cloud);
    const stranger = await aCompany(cloud);
    const { admin, colleague, member, organization, personal } = company;
    await counted(cloud, admin, userCounter(admin), most.user);

    expect((await search(admin, organization.integrationId)).status).toBe(429);
    expect((await search(colleague, organization.integrationId)).status).toBe(200);
    await counted(cloud, admin, integrationCounter(organization.integrationId), most.integration);
    expect((await search(colleague, organization.integrationId)).status).toBe(429);
    expect((await search(member, personal.integrationId)).status).toBe(200);
    await counted(cloud, admin, 'all', most.organization);
    expect((await search(member, personal.integrationId)).status).toBe(429);
    expect((await search(stranger.admin, stranger.organization.integrationId)).status).toBe(200);
  });

  it('does not count what reaches no provider', async () => {
    const { admin, organization } = await aCompany(cloud);
    await counted(cloud, admin, 'all', most.organization);

    expect((await admin.get(`/integrations/${organization.integrationId}`)).status).toBe(200);
    expect((await admin.get('/integrations/connected')).status).toBe(200);
    expect((await caller({ organizationId: admin.organizationId }, cloud.url).get('/audit')).status).toBe(
      200,
    );
  });
});

/** Calls of these operations that need no provider after all: a new name, a file, a consent that is only begun. */
const withoutProvider = new Set([
  'integrations.update',
  'integrations.reconnect by consent',
  'calendar.import of a file',
]);
const limited = lines.filter(
  ({ operation, way }) =>
    operation.failures.includes('rate_limited') && !(operation.id in inParts) && way.names !== 'attempt',
);

describe.each(limited)('$name', (line) => {
  it('is refused over the limit, before the provider is asked', async () => {
    const company = await aCompany(cloud);
    // What follows a connect asks the provider too, in its own time.
    await settled(cloud);
    await counted(cloud, company.admin, 'all', most.organization);
    const before = await callsAtProviders(cloud);

    const reply = await attempt(cloud, line, company, company.organization, company.admin);

    if (withoutProvider.has(line.name)) expect(reply.status).toBeLessThan(300);
    else expect(reply).toMatchObject({ status: 429, body: { code: 'rate_limited' } });
    expect(await callsAtProviders(cloud)).toBe(before);
  });
});
