import { describe, expect, it } from 'vitest';
import { capacity, describeCapacity } from './capacity.ts';
import { kinds } from './measure.ts';

/** What does no more than queue what is due. */
const onlyQueues = new Set(['schedules/recover-intents', 'commands/rotate-keys']);

describe('capacity.txt, of jobs, schedules, commands and the stream,', () => {
  describeCapacity('background');

  it.each([...kinds.background.subjects.keys()])('is measured with something to do: %s', (name) => {
    const { writes = 0, sqs = 0 } = capacity[name] ?? {};
    expect(onlyQueues.has(name) ? sqs : writes).toBeGreaterThan(0);
  });
});
