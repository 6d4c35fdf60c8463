import { simulate } from '../refresh-plan/simulate.ts';
import { setEnvironment } from '../support/parts.ts';
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
