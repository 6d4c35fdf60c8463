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

const root = join(import.meta.dirname, '../..');
const rounds = 31;
const calls = 150;

/** Runs in a process of its own: batches of both, in turn, on one thread; microseconds of CPU a call. */
const script = `
  const { handler } = await import('./functions/http-policy-get/index.mjs');
  const { get } = await import('./alone.mjs');
  const event = {
    version: '2.0', rawQueryString: '', headers: {}, isBase64Encoded: false,
    requestContext: {
      http: { method: 'GET' },
      authorizer: { jwt: { claims: { sub: 'user_1', org_id: 'org_1', org_role: 'org:admin' } } },
    },
  };
  const context = { awsRequestId: 'r-1', getRemainingTimeInMillis: () => 29_000 };
  const ways = {
    ours: async () => {
      const { statusCode } = await handler(event, context);
      if (statusCode !== 200) throw new Error('The handler answered ' + statusCode);
    },
    alone: () => get('ORG#org_1', 'POLICY'),
  };
  const figures = { ours: [], alone: [] };
  for (let round = 0; round < ${rounds} + 5; round += 1)
    for (const name of round % 2 ? ['ours', 'alone'] : ['alone', 'ours']) {
      const before = process.cpuUsage();
      for (let call = 0; call < ${calls}; call += 1) await ways[name]();
      const { user, system } = process.cpuUsage(before);
      if (round >= 5) figures[name].push((user + system) / ${calls});
    }
  process.stderr.write(JSON.stringify(figures));
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
    const { stderr } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
      cwd: target,
      maxBuffer: 2 ** 26,
      env: {
        AWS_REGION: 'eu-central-1',
        AWS_ACCESS_KEY_ID: 'test',
        AWS_SECRET_ACCESS_KEY: 'test',
        AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${(table.address() as AddressInfo).port}`,
        TABLE_NAME: 'table',
        SETTINGS: settingsOf(environments.dev, 'https://abc.execute-api.eu-central-1.amazonaws.com'),
      },
    });
    const { ours, alone } = JSON.parse(stderr) as { ours: number[]; alone: number[] };
    const ratios = ours.map((figure, round) => figure / (alone[round] ?? 1));
    return [
      {
        goal: 'P7',
        what: 'CPU of a handler over that of the document client alone',
        ...{ figure: median(ratios), atMost: 1.05, timed: true },
        details: { ours: median(ours), alone: median(alone) },
      },
    ];
  } finally {
    table.close();
    rmSync(target, { recursive: true });
  }
};
