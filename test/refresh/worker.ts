import { join } from 'node:path';
import { captureOutput } from '../../infra/local/functions.ts';
import { startGateway } from '../../infra/local/gateway.ts';
import { openIssuer } from '../../infra/local/issuer.ts';
import { localApi } from '../../infra/local/local-api.ts';
import { startPollers } from '../../infra/local/pollers.ts';
import { settings } from '../../lib/config/env.ts';

/**
 * One of several processes that serve the same API over the same table, keys and queues, as Lambda's
 * execution environments do: a gateway with the real functions, and pollers for the jobs. Its
 * environment is the functions' own; its arguments are the port, the data directory, the queues, and
 * the seconds a function has beyond the protocol's limit.
 */
const [port = '0', directory = '', endpoint = '', beyond = '0'] = process.argv.slice(2);

captureOutput(join(directory, `functions-${port}.log`));
const settle = (error: unknown): void => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
};
const issuer = await openIssuer({ path: (name) => join(directory, name), secret: () => '' });
await startGateway(Number(port), {
  issuer,
  allowedOrigins: [],
  local: localApi({ issuer, runSchedule: async () => {} }),
  settle,
});
startPollers({
  endpoint,
  url: (name) => `${endpoint}/000000000000/${name}`,
  settle,
  concurrency: ({ id }) => (id === 'refresh' ? 3 : 1),
  timeout: () => settings().refresh.limit / 1000 + Number(beyond),
});
process.once('disconnect', () => process.exit(0));
process.send?.('ready');
