import { describe, expect, it } from 'vitest';
import { type Caller, caller, type Reply } from '../support/api.ts';
import { answered, type Back, begin, cameBack, complete, wentThrough } from '../support/consent.ts';
import { aPerson, liveFamilies, providers, tokenCalls } from './people.ts';

/** A consent is completed once, however often and from wherever it is tried. */

const calls = 50;
const times = <T>(run: () => Promise<T>): Promise<T[]> => Promise.all(Array.from({ length: calls }, run));

/** As the web app would: again while another call is at it. */
const patiently = async (who: Caller, back: Back): Promise<Reply> => {
  for (let attempt = 1; attempt <= 200; attempt += 1) {
    const reply = await complete(who, back);
    if (reply.body.code !== 'in_progress') return reply;
    expect(reply.status).toBe(409);
    expect(reply.headers.get('retry-after')).toBe('2');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('It was in progress for ever.');
};

describe.each(providers)('%s', (provider) => {
  it('fifty calls that complete at once exchange one code and see one integration', async () => {
    const admin = caller();
    const person = await aPerson(provider);
    const back = await wentThrough(await begin(admin, provider), person);

    const replies = await times(() => patiently(admin, back));

    const withStatus = (wanted: number) => replies.filter(({ status }) => status === wanted).length;
    expect([withStatus(201), withStatus(200)]).toEqual([1, calls - 1]);
    expect(new Set(replies.map(({ body }) => body.integration.id)).size).toBe(1);
    expect(await tokenCalls(provider, person)).toHaveLength(1);
    expect(await liveFamilies(provider, person)).toBe(1);
    expect((await admin.get('/integrations/connected')).body.integrations).toHaveLength(1);
    expect((await admin.get('/audit?action=integration.created')).body.events).toHaveLength(1);
  });
});

describe('an answer of the provider', () => {
  it('is taken once of fifty times at once: one browser gets a ticket', async () => {
    const admin = caller();
    const person = await aPerson('github');
    const callback = await answered(await begin(admin, 'github'), person);

    const backs = await times(() => cameBack(callback));

    const taken = backs.filter(({ status }) => status === 303);
    expect(taken).toHaveLength(1);
    expect(backs.filter(({ status }) => status === 400)).toHaveLength(calls - 1);
    expect((await complete(admin, taken[0] as Back)).status).toBe(201);
    expect(await tokenCalls('github', person)).toHaveLength(1);
  });

  it('cannot follow another with the same state, also after it was completed', async () => {
    const admin = caller();
    const person = await aPerson('github');
    const attempt = await begin(admin, 'github');
    const [first, second] = [await answered(attempt, person), await answered(attempt, person)];
    const back = await cameBack(first);

    expect(await cameBack(second)).toMatchObject({ status: 400, page: null, ticket: '' });
    expect((await complete(admin, back)).status).toBe(201);
    expect(await cameBack(first)).toMatchObject({ status: 400, page: null, ticket: '' });
    expect(await cameBack(second)).toMatchObject({ status: 400, page: null, ticket: '' });
    expect(await tokenCalls('github', person)).toHaveLength(1);
  });
});

describe('who completes again', () => {
  it('gets the same integration, as it is by then', async () => {
    const admin = caller();
    const back = await wentThrough(await begin(admin, 'github'), await aPerson('github'));
    const { integration } = (await complete(admin, back)).body;
    await admin.patch(`/integrations/${integration.id}`, { name: 'Renamed', version: integration.version });

    const again = await complete(admin, back);

    expect(again.status).toBe(200);
    expect(again.body.integration).toMatchObject({ id: integration.id, name: 'Renamed' });
  });

  it('learns that it is gone where it was deleted meanwhile', async () => {
    const admin = caller();
    const back = await wentThrough(await begin(admin, 'github'), await aPerson('github'));
    const { integration } = (await complete(admin, back)).body;
    await admin.delete(`/integrations/${integration.id}`);

    expect(await complete(admin, back)).toMatchObject({ status: 404, body: { code: 'not_found' } });
  });
});
