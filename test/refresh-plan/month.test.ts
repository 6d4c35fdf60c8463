import { expect, it } from 'vitest';
import { planned, within } from '../../lib/tokens/schedule.ts';
import { setEnvironment } from '../support/parts.ts';
import { simulate } from './simulate.ts';

/** A fiftieth of a million connections, at a fiftieth of what providers like; `npm run proof:plan` goes the whole way. */

setEnvironment();
const connections = 20_000;
const month = simulate(connections, 30, connections / 1_000_000);
const { calls, tokensUsed, writes, uses, waited, lapsed, mostKeptAlive, worstRate } = month;
const everything = calls.use + calls.ahead + calls.keep_alive;

it('refreshes at most 1.1 times for every token that is used', () => {
  expect(tokensUsed).toBeGreaterThan(250_000);
  expect((calls.use + calls.ahead) / tokensUsed).toBeLessThan(1.1);
});

it('keeps an idle connection alive at most once a month, and lets none lapse', () => {
  expect(mostKeptAlive).toBe(1);
  expect(calls.keep_alive).toBeGreaterThan(connections / 10);
  expect(calls.keep_alive).toBeLessThan(connections);
  expect(lapsed).toBe(0);
});

it('asks for a fiftieth of what refreshing everything on time would', () => {
  const eager = (connections * 30 * 24 * 60) / 54;
  expect(eager / everything).toBeGreaterThan(50);
});

it('writes at most four times for a refresh', () => {
  expect(writes / everything).toBeLessThan(4);
});

it('lets few wait: those who come first, and those who paused', () => {
  expect(waited / uses).toBeLessThan(0.03);
});

it('asks no provider more often in a second than it likes', () => {
  expect(worstRate).toBe(1);
});

it('comes to the same figures every time', () => {
  expect(simulate(500, 10, 0.001)).toEqual(simulate(500, 10, 0.001));
});

it('serves organisations with one due before the rest of one with a hundred thousand', () => {
  const big = Array.from({ length: 100_000 }, (_, id) => ({ id, organizationId: 'big', provider: 'jira' }));
  const small = Array.from({ length: 1_000 }, (_, id) => ({
    id,
    organizationId: `org_${id}`,
    provider: 'jira',
  }));

  const going = planned([...big, ...small], new Map([['jira', 20]]), within.keep_alive);

  const delays = going.filter(({ one }) => one.organizationId !== 'big').map(({ delay }) => delay);
  expect(delays).toHaveLength(1_000);
  expect(Math.max(...delays)).toBe(50);
  // The others fill the run and no more; a provider that is asked less has its own room.
  expect(going).toHaveLength(20 * 900);
  expect(Math.max(...going.map(({ delay }) => delay))).toBe(899);
});

it('gives each provider room of its own, until the next run', () => {
  const due = ['jira', 'github'].flatMap((provider) =>
    Array.from({ length: 5_000 }, (_, id) => ({ id, organizationId: `org_${id}`, provider })),
  );

  const going = planned(
    due,
    new Map([
      ['jira', 20],
      ['github', 10],
    ]),
    within.ahead,
  );

  expect(within).toEqual({ ahead: 120, keep_alive: 900, recover: 60 });
  expect(going.filter(({ one }) => one.provider === 'jira')).toHaveLength(2_400);
  expect(going.filter(({ one }) => one.provider === 'github')).toHaveLength(1_200);
});
