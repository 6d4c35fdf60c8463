import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { simulate } from '../refresh-plan/simulate.ts';
import { setEnvironment } from '../support/parts.ts';
import type { Outcome } from './due.ts';
import type { Finding } from './goals.ts';

/** A month of connections on a simulated clock: P10. */
export const planFindings = (connections: number): Finding[] => {
  setEnvironment();
  const month = simulate(connections, 30, connections / 1_000_000);
  const { use, ahead } = month.calls;
  const of = `, ${connections.toLocaleString('en')} connections`;
  return [
    {
      goal: 'P10',
      what: `refreshes for each access token that is used${of}`,
      ...{ figure: (use + ahead) / month.tokensUsed, atMost: 1.1, timed: false },
      details: month,
    },
    {
      goal: 'P10',
      what: 'the most keep-alives of an idle connection in a month',
      ...{ figure: month.mostKeptAlive, atMost: 1, timed: false },
    },
    {
      goal: 'P10',
      what: 'the same if everything were refreshed on time',
      ...{ figure: (connections * 30 * 24 * 60) / 54 / month.tokensUsed, atMost: null, timed: false },
    },
  ];
};

/** Connections that fall due at one moment, refreshed by the product itself. */
export const dueFindings = async (connections: number): Promise<Finding[]> => {
  const child = fork(join(import.meta.dirname, 'due-child.ts'), [String(connections)]);
  const failed = once(child, 'exit').then(() => {
    throw new Error('What is due could not be tried.');
  });
  const [outcome] = (await Promise.race([once(child, 'message'), failed])) as [Outcome];
  const { expired, left, lastOfSmall, lastOfAll } = outcome;
  const of = ` of ${connections.toLocaleString('en')} due at one moment`;
  return [
    {
      goal: 'due',
      what: `connections${of} whose token ran out`,
      figure: expired + left,
      atMost: 0,
      timed: false,
    },
    {
      goal: 'due',
      what: 'when organisations with one each were done, over when all were',
      ...{ figure: lastOfSmall / lastOfAll, atMost: 0.5, timed: false },
      details: outcome,
    },
  ];
};
