import { describe, expect, it } from 'vitest';
import { environments } from '../../infra/environments.ts';
import { manifest as jira } from '../../lib/connectors/jira/manifest.ts';
import { refresh } from '../../lib/contract/jobs.ts';
import { testSettings } from '../support/parts.ts';
import { explore } from './explore.ts';
import { type Rules, rules } from './item.ts';
import type { World } from './state.ts';
import { budgets, graceTicks, kindsWith, ticksOf, worldOf } from './worlds.ts';

/** Every order of steps, crashes, losses and late answers of two processes that refresh one connection. */

const limits = testSettings.refresh;
const times = ticksOf(limits);
const kinds = kindsWith(graceTicks(jira.oauth?.refresh.graceSeconds ?? 0, limits, times));
const forgiving = 'rotates, forgives for a while';
const strict = 'rotates, and revokes the family on reuse';
const fault = 'a crash and a loss';
const consent = 'a crash and a new consent in the middle of it';

const world = (kind: keyof typeof kinds, budget: keyof typeof budgets): World =>
  worldOf(kinds[kind], times, budgets[budget]);

describe('the times of the protocol', () => {
  it.each(Object.values(environments).map(({ name, refresh: own }) => [name, own] as const))(
    'are in %s those of this model, and the function ends when they say',
    (_, own) => {
      expect(ticksOf(own)).toEqual({ pause: 1, deadline: 2, limit: 3, lease: 4 });
      expect(own.limit).toBe(refresh.timeout * 1000);
    },
  );
});

describe('a provider that', () => {
  const name = Object.keys(kinds) as (keyof typeof kinds)[];
  const faults = Object.keys(budgets) as (keyof typeof budgets)[];
  // A second crash, each as slow as can be, outlasts a grace of ten minutes.
  const all = name.flatMap((kind) =>
    faults
      .filter((one) => kind !== forgiving || one !== 'two crashes')
      .map((budget) => [kind, budget] as const),
  );

  it.each(all)('%s: %s lose nothing they need not lose', (kind, budget) => {
    const { broken, way, states, ends } = explore(world(kind, budget));

    expect({ broken, way }).toEqual({ broken: null, way: [] });
    expect(states).toBeGreaterThan(2_000);
    const canLose = kinds[kind].rotates && kinds[kind].grace === 0;
    expect(Object.keys(ends).toSorted()).toEqual(canLose ? ['active', 'needs_reauth'] : ['active']);
  });
});

describe('the model finds the fault of', () => {
  const lacking = (rule: keyof Rules, of: World): World => ({ ...of, rules: { ...rules, [rule]: false } });
  const strictly = world(strict, fault);
  const twoHolders = 'two live processes hold one token';
  const unnoticed = 'a token is lost and nobody knows';
  const needless = 'a connection was lost though no answer was';

  it.each<[string, World, string]>([
    ['a claim that looks at no lease', lacking('claimLooksAtLease', strictly), twoHolders],
    ['a claim by tokens that were replaced', lacking('claimLooksAtVersion', strictly), needless],
    [
      'a claim before the pause is over',
      lacking('claimLooksAtWait', strictly),
      'somebody asked again before the pause was over',
    ],
    ['a claim that opens no intent', lacking('claimOpensIntent', strictly), unnoticed],
    [
      'a commit that looks at no fence',
      lacking('commitLooksAtFence', world(strict, consent)),
      'an older grant won over the newest consent',
    ],
    ['a verdict that looks at no fence', lacking('giveUpLooksAtFence', world(strict, consent)), needless],
    [
      'answers that leave the lease as it is',
      lacking('answersEndTheLease', strictly),
      'a lease keeps others away though its holder was answered',
    ],
    ['an unknown answer that closes the intent', lacking('unknownKeepsIntent', strictly), unnoticed],
    ['a refusal that closes an earlier intent', lacking('refusalKeepsEarlierIntent', strictly), unnoticed],
    ['intents that nobody takes up', { ...strictly, sweeps: false }, 'it came to rest with an intent open'],
    [
      'a request that is sent when too little time is left',
      { ...world(strict, 'two crashes'), sendsInTimeOnly: false },
      needless,
    ],
    ['clocks further apart than the lease outlasts the function', { ...strictly, skew: 2 }, twoHolders],
    [
      'a lease no longer than the function',
      { ...strictly, times: ticksOf({ ...limits, lease: limits.limit }) },
      twoHolders,
    ],
    [
      'a lease that ends with the deadline',
      { ...strictly, times: ticksOf({ ...limits, lease: limits.deadline }) },
      twoHolders,
    ],
    [
      'a pause in which a grace is over',
      { ...world(forgiving, fault), times: { ...times, pause: 20 } },
      'a connection was lost though the provider forgives',
    ],
  ])('%s', (_, mutant, fails) => {
    expect(explore(mutant).broken).toBe(fails);
  });
});
