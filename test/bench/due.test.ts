import { beforeAll, describe, expect, it } from 'vitest';
import { dueAtOnce, type Outcome } from './due.ts';

/** A fiftieth of the connections that `npm run bench` lets fall due at one moment. */

const connections = 200;
let outcome: Outcome;
beforeAll(async () => {
  outcome = await dueAtOnce(connections, { runs: 4 });
}, 120_000);

describe('connections that are due at one moment', () => {
  it('are all refreshed, each once, before their tokens expire', () => {
    expect(outcome).toMatchObject({ connections, asked: [connections, 0, 0, 0], left: 0, expired: 0 });
  });

  it('take turns between organisations: those with one each do not wait for one with nearly all', () => {
    expect(outcome.lastOfSmall).toBeLessThan(outcome.lastOfAll / 2);
  });
});
