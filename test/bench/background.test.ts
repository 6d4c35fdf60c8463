import { describe } from 'vitest';
import { describeCapacity } from './capacity.ts';

describe('capacity.txt, of jobs, schedules, commands and the stream,', () => {
  describeCapacity('background');
});
