import { setEnvironment } from '../support/parts.ts';
import { simulate } from './simulate.ts';

/** `npm run proof:plan`: a month of a million connections on a simulated clock, as figures. */

setEnvironment();
const connections = Number(process.argv[2] ?? 1_000_000);
const month = simulate(connections, 30, connections / 1_000_000);
const { calls, tokensUsed, writes, uses, waited, lapsed, mostKeptAlive, worstRate } = month;
const refreshes = calls.use + calls.ahead + calls.keep_alive;
const eager = (connections * 30 * 24 * 60) / 54;

const lines: [string, number | string][] = [
  ['connections', connections],
  ['uses', uses],
  ['uses that waited for a refresh', waited],
  ['access tokens used', tokensUsed],
  ['refreshes by a use', calls.use],
  ['refreshes ahead', calls.ahead],
  ['keep-alives', calls.keep_alive],
  ['refreshes for each token used', ((calls.use + calls.ahead) / tokensUsed).toFixed(3)],
  ['the most keep-alives of a connection', mostKeptAlive],
  ['refreshes if everything were refreshed on time', Math.round(eager)],
  ['times as many as were needed', (eager / refreshes).toFixed(1)],
  ['conditional writes', writes],
  ['refresh tokens that lapsed', lapsed],
  ['most asked of a provider, over what it likes', worstRate.toFixed(2)],
];
for (const [name, value] of lines)
  process.stdout.write(
    `${name.padEnd(50)} ${typeof value === 'number' ? value.toLocaleString('en') : value}\n`,
  );
