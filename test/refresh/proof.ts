import { connect } from './connection.ts';
import { startRig } from './rig.ts';
import { type Round, roundOf, slowly } from './rounds.ts';

/**
 * `npm run proof:refresh`, for the night: a hundred callers in eight processes, thirty rounds at each
 * speed of the token endpoint with all times a quarter, then three rounds of each at real times. Ends with
 * 1 where a round took more than one token call, lost a caller or a family.
 */

const speeds = [300, 12_000, 25_000];

const isRight = ({ answers, tokenCalls, withoutRetryAfter, family }: Round): boolean =>
  answers['served'] === 100 &&
  tokenCalls === 1 &&
  withoutRetryAfter === 0 &&
  family.state === 'live' &&
  family.spentTwice === 0;

let wrong = 0;
for (const { scale, rounds } of [
  { scale: 4, rounds: 30 },
  { scale: 1, rounds: 3 },
]) {
  const rig = await startRig({ scale, processes: 8 });
  try {
    const connection = await connect(rig, 'grace', { graceSeconds: 0 });
    const users = await connection.users(100);
    for (const speed of speeds) {
      await slowly(rig, connection, speed, rounds);
      const went: Round[] = [];
      for (let round = 0; round < rounds; round += 1) went.push(await roundOf(rig, connection, users));
      const good = went.filter(isRight).length;
      const told = went.reduce((sum, { toldToComeBack }) => sum + toldToComeBack, 0);
      wrong += rounds - good;
      process.stdout.write(
        `times 1/${scale}, token endpoint ${speed / 1000} s: ${good} of ${rounds} rounds with one token call, ` +
          `everybody served, nothing revoked; told to come back ${told} times\n`,
      );
    }
  } finally {
    await rig.stop();
  }
}
process.exitCode = wrong === 0 ? 0 : 1;
