import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attempt, lines } from '../security/call.ts';
import { aCompany } from '../security/company.ts';
import { type Cloud, removeData, startCloud } from '../support/cloud.ts';
import { settled } from '../support/table.ts';
import { callsAtProviders, counted, inParts, most } from './counting.ts';

/** Over the limit, what answers for many says so of each, and a consent waits until it may be completed (F102). */

let cloud: Cloud;
beforeAll(async () => {
  cloud = await startCloud();
});
afterAll(async () => {
  await cloud.stop();
  removeData(cloud);
});

describe.each(lines.filter(({ operation }) => operation.id in inParts))('$name', (line) => {
  it('tells of each part that it was over the limit, and asks no provider', async () => {
    const company = await aCompany(cloud);
    // What follows a connect asks the provider too, in its own time.
    await settled(cloud);
    await counted(cloud, company.admin, 'all', most.organization);
    const before = await callsAtProviders(cloud);

    const reply = await attempt(cloud, line, company, company.organization, company.admin);

    expect(reply.status).toBe(200);
    const parts = inParts[line.operation.id]?.(reply.body) ?? [];
    expect(parts.length).toBeGreaterThan(0);
    for (const part of parts) expect(part).toMatchObject({ status: 'failed', code: 'rate_limited' });
    expect(await callsAtProviders(cloud)).toBe(before);
  });
});

describe.each(lines.filter(({ way }) => way.names === 'attempt'))('$name', (line) => {
  it('is refused over the limit before the code is spent, and goes on later', async () => {
    const company = await aCompany(cloud);
    const { admin, organization } = company;
    await settled(cloud);
    await counted(cloud, admin, 'all', most.organization);
    const before = await callsAtProviders(cloud);

    const refused = await attempt(cloud, line, company, organization, admin);
    const asked = await callsAtProviders(cloud);
    await counted(cloud, admin, 'all', 0);
    const later = await attempt(cloud, line, company, organization, admin);

    expect(refused).toMatchObject({ status: 429, body: { code: 'rate_limited' } });
    expect(asked).toBe(before);
    expect(later.status).toBe(201);
    expect(await callsAtProviders(cloud)).toBeGreaterThan(before);
  });
});
