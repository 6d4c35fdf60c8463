import { describe, expect, it } from 'vitest';
import { capacity, describeCapacity } from './capacity.ts';
import { kinds } from './measure.ts';

describe('capacity.txt, of calls,', () => {
  const place = describeCapacity('calls');
  /** What is asked of the table by a call, in order. */
  const asked = async (name: string): Promise<string[]> => {
    const { table, stands, bench } = place();
    await table.restore(stands);
    const run = await kinds.calls.subjects.get(name)?.prepare();
    bench.faults.watch();
    await run?.();
    return bench.faults.unwatch().flatMap((call) => (call.service === 'dynamodb' ? [call.operation] : []));
  };

  it('has no row for what is no more', () => {
    const known = Object.values(kinds).flatMap(({ subjects }) => [...subjects.keys()]);

    expect(Object.keys(capacity).toSorted()).toEqual(known.toSorted());
  });

  it('has two queries for a list, of items without ciphertext', async () => {
    expect(await asked('integrations.list')).toEqual(['Query', 'Query']);

    const items = [...place().stands.values()].map(({ item }) => item);
    const listed = items.filter(({ sk }) => /^INT#[^#]+$/.test(sk?.S ?? ''));
    expect(listed.length).toBeGreaterThan(2);
    expect(listed.filter((item) => Object.values(item).some(({ B }) => B !== undefined))).toEqual([]);
  });

  it('has one transaction for a link', async () => {
    const transactions = (await asked('links.create')).filter((name) => name === 'TransactWriteItems');

    expect(transactions).toHaveLength(1);
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
