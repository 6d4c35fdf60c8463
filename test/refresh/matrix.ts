import { behaviours, type Case, type Outcome, outcomesOf } from './cases.ts';
import { startRig } from './rig.ts';

/**
 * `npm run proof:matrix`: callers × processes × what the token endpoint does once × grace, and what
 * became of the tokens and of everybody, as a table. Times are a fifth of the real ones. Ends with 1
 * where more was lost than an answer at a provider without grace.
 */

const print = (...columns: (string | number)[]): void => {
  const widths = [7, 9, 28, 5, 6, 7, 6, 12, 0];
  const line = columns.map((column, index) => String(column).padEnd(widths[index] ?? 0)).join(' ');
  process.stdout.write(`${line.trimEnd()}\n`);
};

const endpoints = Object.keys(behaviours) as (keyof typeof behaviours)[];

/** Whether it ended as it must: one call for an answer that only took long, two for one that said nothing. */
const isRight = ({ callers, kind, endpoint }: Case, { answers, tokenCalls, revoked }: Outcome): boolean => {
  const cannotBeSaved = kind === 'none' && endpoint === 'answer lost after rotation';
  if (cannotBeSaved) return answers['needs_reauth'] === callers && tokenCalls === 2;
  const slow = endpoint.endsWith(' s');
  return answers['served'] === callers && revoked === 0 && tokenCalls === (slow ? 1 : 2);
};

let wrong = 0;
print('callers', 'processes', 'token endpoint', 'grace', 'calls', 'revoked', 'served', 'state', 'cause');
for (const processes of [1, 8]) {
  const rig = await startRig({ scale: 5, processes });
  try {
    for (const callers of [1, 10, 100]) {
      for (const endpoint of endpoints) {
        const cases: Case[] = [
          { callers, kind: 'grace', endpoint },
          { callers, kind: 'none', endpoint },
        ];
        const outcomes = await outcomesOf(rig, cases);
        for (const [index, outcome] of outcomes.entries()) {
          const one = cases[index];
          if (!one) continue;
          const { tokenCalls, revoked, answers, state, cause } = outcome;
          const right = isRight(one, outcome);
          if (!right) wrong += 1;
          const last = `${cause ?? ''}${right ? '' : ' WRONG'}`;
          print(
            callers,
            processes,
            endpoint,
            one.kind,
            tokenCalls,
            revoked,
            answers['served'] ?? 0,
            state,
            last,
          );
        }
      }
    }
  } finally {
    await rig.stop();
  }
}
process.stdout.write(wrong === 0 ? 'All as it must be.\n' : `${wrong} went wrong.\n`);
process.exitCode = wrong === 0 ? 0 : 1;
