import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectProblem } from '../integrations/told.ts';
import { caller, local } from '../support/api.ts';
import { type Cloud, removeData, startCloud } from '../support/cloud.ts';
import { answered, begin, cameBack, complete, wentThrough } from '../support/consent.ts';
import { dumpOf } from '../support/table.ts';
import { aPerson, tokenCalls } from './people.ts';

/** An attempt ends after ten minutes by our clock, though its item is still there. */

let cloud: Cloud;
beforeAll(async () => {
  cloud = await startCloud(['--fresh']);
});
afterAll(async () => {
  await cloud.stop();
  removeData(cloud);
});

const advance = async (advanceSeconds: number): Promise<void> => {
  await local('POST', 'clock', { advanceSeconds }, cloud.url);
};
const now = async (): Promise<number> =>
  Date.parse((await local('GET', 'clock', undefined, cloud.url)).body.now);

const started = async () => {
  const admin = caller({}, cloud.url);
  const origin = cloud.standins['github'];
  const person = await aPerson('github', origin);
  const attempt = await begin(admin, 'github');
  return { admin, person, attempt, calls: () => tokenCalls('github', person, origin) };
};
const isStored = async (id: string): Promise<boolean> =>
  (await dumpOf(cloud)).some((item) => item.includes(`ATTEMPT#${id.slice(4)}`));

describe('ten minutes after it was begun', () => {
  it('is when an attempt says it ends', async () => {
    const before = await now();
    const { attempt } = await started();
    const ends = Date.parse(attempt.expiresAt) - 600_000;

    expect(ends).toBeGreaterThanOrEqual(before);
    expect(ends).toBeLessThanOrEqual(await now());
  });

  it('an answer of the provider is not taken any more', async () => {
    const { admin, person, attempt, calls } = await started();
    const callback = await answered(attempt, person);
    await advance(601);

    expect(await cameBack(callback)).toMatchObject({ status: 400, page: null });

    expect(await calls()).toEqual([]);
    expect(await isStored(attempt.id)).toBe(true);
    expect((await admin.get('/integrations/connected')).body.integrations).toEqual([]);
  });

  it('it cannot be completed any more', async () => {
    const { admin, person, attempt, calls } = await started();
    const back = await wentThrough(attempt, person);
    await advance(601);

    expectProblem(await complete(admin, back), 404, 'not_found');

    expect(await calls()).toEqual([]);
    expect(await isStored(attempt.id)).toBe(true);
  });

  it('its result is not told any more, and what was connected stays', async () => {
    const { admin, person, attempt } = await started();
    const back = await wentThrough(attempt, person);
    expect((await complete(admin, back)).status).toBe(201);
    await advance(601);

    expectProblem(await complete(admin, back), 404, 'not_found');

    expect((await admin.get('/integrations/connected')).body.integrations).toHaveLength(1);
  });
});

describe('a little before', () => {
  it('everything still goes its way', async () => {
    const { admin, person, attempt, calls } = await started();
    await advance(290);
    const back = await wentThrough(attempt, person);
    await advance(290);

    expect((await complete(admin, back)).status).toBe(201);
    expect(await calls()).toHaveLength(1);
  });
});
