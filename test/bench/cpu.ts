import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { bundle } from '../../infra/bundle.ts';
import { environments } from '../../infra/environments.ts';
import { functions } from '../../infra/inventory.ts';
import { settingsOf } from '../../infra/settings.ts';
import { type Finding, median } from './goals.ts';
import { buildAlone } from './start.ts';

/** What a handler costs in CPU above the one request it makes of the table: P7. */

const spawned = promisify(execFile);
const root = join(import.meta.dirname, '../..');
const rounds = 15;
const warming = 1_000;
const calls = 1_000;

const handler = `
  const { handler } = await import('./functions/http-policy-get/index.mjs');
  const event = {
    version: '2.0', rawQueryString: '', headers: {}, isBase64Encoded: false,
    requestContext: {
      http: { method: 'GET' },
      authorizer: { jwt: { claims: { sub: 'user_1', org_id: 'org_1', org_role: 'org:admin' } } },
    },
  };
  const context = { awsRequestId: 'r-1', getRemainingTimeInMillis: () => 29_000 };
  const call = async () => {
    const { statusCode } = await handler(event, context);
    if (statusCode !== 200) throw new Error('The handler answered ' + statusCode);
  };`;
const alone = `
  const { get } = await import('./alone.mjs');
  const call = () => get('ORG#org_1', 'POLICY');`;
/** What is required of each call beside its work: one line that says who, what, how long. */
const telling = `
  const { get } = await import('./alone.mjs');
  const call = async () => {
    await get('ORG#org_1', 'POLICY');
    const dynamodb = { requests: 1, writes: 0, readUnits: 1, writeUnits: 0 };
    const calls = { dynamodb, kms: 0, sqs: 0, provider: 0 };
    const who = { organization: 'org_1', user: 'user_1', status: 200, ms: 1, calls };
    const line = { level: 'info', message: 'answered', at: new Date().toISOString(), operation: 'policy.get' };
    process.stdout.write(JSON.stringify({ ...line, requestId: 'r-1', ...who }) + '\\n');
  };`;

/** Runs in a process of its own, as on Lambda: what another way has warmed or crowded out, it would not meet. */
const measured = (way: string): string => `${way}
  for (let time = 0; time < ${warming}; time += 1) await call();
  const before = process.cpuUsage();
  for (let time = 0; time < ${calls}; time += 1) await call();
  const { user, system } = process.cpuUsage(before);
  process.stderr.write(String((user + system) / ${calls}));
  process.exit(0);`;

export const cpuFindings = async (): Promise<Finding[]> => {
  const target = mkdtempSync(join(tmpdir(), 'bench-'));
  const table = createServer((request, response) => {
    request.resume();
    request.on('end', () => {
      response.setHeader('content-type', 'application/x-amz-json-1.0');
      response.end('{"ConsumedCapacity":{"TableName":"t","CapacityUnits":1}}');
    });
  });
  try {
    const specs = functions.filter(({ name }) => name === 'http-policy-get');
    await bundle(root, specs, join(target, 'functions'));
    await buildAlone(join(target, 'alone.mjs'));
    await once(table.listen(0, '127.0.0.1'), 'listening');
    const env = {
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${(table.address() as AddressInfo).port}`,
      TABLE_NAME: 'table',
      SETTINGS: settingsOf(environments.dev, 'https://abc.execute-api.eu-central-1.amazonaws.com'),
    };
    /** Microseconds of CPU a call. */
    const cost = async (way: string): Promise<number> => {
      const script = ['--input-type=module', '-e', measured(way)];
      const { stderr } = await spawned(process.execPath, script, { cwd: target, maxBuffer: 2 ** 26, env });
      return Number(stderr);
    };
    const figures: Record<'ours' | 'alone' | 'telling', number>[] = [];
    for (let round = 0; round < rounds; round += 1)
      figures.push({ ours: await cost(handler), alone: await cost(alone), telling: await cost(telling) });
    const over = (other: 'alone' | 'telling'): number =>
      median(figures.map((figure) => figure.ours / figure[other]));
    return [
      {
        goal: 'P7',
        what: 'CPU of a handler over that of the document client alone',
        ...{ figure: over('alone'), atMost: 1.05, timed: true },
        details: figures,
      },
      {
        goal: 'P7',
        what: 'the same over that of the document client and a log line a call',
        ...{ figure: over('telling'), atMost: null, timed: true },
      },
    ];
  } finally {
    table.close();
    rmSync(target, { recursive: true });
  }
};
