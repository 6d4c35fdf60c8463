import { describe, expect, it } from 'vitest';
import { capacity, describeCapacity } from './capacity.ts';
import { kinds } from './measure.ts';

describe('capacity.txt, of calls,', () => {
  describeCapacity('calls');

  it('has no row for what is no more', () => {
    const known = Object.values(kinds).flatMap(({ subjects }) => [...subjects.keys()]);

    expect(Object.keys(capacity).toSorted()).toEqual(known.toSorted());
  });
});

/** The goals that are counts (P1, P2). */
describe('a use of stored credentials', () => {
  it.each(['integrations.search', 'integrations.entity'])(
    'reads once, and writes nothing but the limiter’s count: %s',
    (name) => {
      const reads = { requests: 2, readUnits: 1 };
      expect(capacity[name]).toMatchObject({
        ...reads,
        writes: 1,
        writeUnits: 1,
        kms: 0,
        sqs: 0,
        provider: 1,
      });
    },
  );
});

describe('a list of integrations', () => {
  it('takes two requests, writes nothing and opens nothing', () => {
    expect(capacity['integrations.list']).toMatchObject({ requests: 2, writes: 0, kms: 0, provider: 0 });
  });
});
