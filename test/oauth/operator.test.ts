import { execFile } from 'node:child_process';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { invoke } from '../../infra/local/functions.ts';
import { commands } from '../../lib/contract/commands.ts';
import { environmentSecret } from '../../lib/environment/secrets.ts';
import { expectProblem } from '../integrations/told.ts';
import { type Caller, caller } from '../support/api.ts';
import { type Bench, startBench } from '../support/bench.ts';
import { removeData } from '../support/cloud.ts';
import { begin, consent } from '../support/consent.ts';
import { plantedSecret, secretsIn } from '../support/secrets.ts';
import { dumpOf } from '../support/table.ts';
import { anApp, aPerson, tokenCalls } from './people.ts';

/** An operator's commands from the shell to the table: the tool, Lambda's own call, the function, what is sealed. */

let bench: Bench;
let lambda: Server;
const prefix = 'mos-integrations-dev-commands-';

/** Lambda's own answer to an invocation. */
const invoked = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const name = /^\/2015-03-31\/functions\/([\w-]+)\/invocations$/.exec(request.url ?? '')?.[1] ?? '';
  const command = commands.find(({ id }) => `${prefix}${id}` === name);
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const payload: unknown = JSON.parse(Buffer.concat(chunks).toString());
  const failed = await invoke(`functions/commands/${command?.id}.ts`, payload, 30).then(
    () => false,
    () => true,
  );
  response.writeHead(200, failed ? { 'x-amz-function-error': 'Unhandled' } : {});
  response.end('null');
};

beforeAll(async () => {
  bench = await startBench();
  lambda = createServer((request, response) => void invoked(request, response));
  await new Promise<void>((resolve) => lambda.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  await new Promise((resolve) => lambda.close(resolve));
  await bench.stop();
  removeData(bench);
});

const run = (id: string, payload: object): Promise<{ code: number | null; printed: string }> =>
  new Promise((resolve) => {
    const endpoint = `http://127.0.0.1:${(lambda.address() as AddressInfo).port}`;
    const child = execFile(
      process.execPath,
      ['infra/command.ts', id, '--environment', 'dev'],
      { env: { ...process.env, AWS_ENDPOINT_URL_LAMBDA: endpoint } },
      (_error, stdout, stderr) => resolve({ code: child.exitCode, printed: stdout + stderr }),
    );
    child.stdin?.end(JSON.stringify(payload));
  });

const done = (id: string) => ({ code: 0, printed: `${id} is done.\n` });
const admin = (): Caller => caller({}, bench.url);
const appOf = async (who: Caller, provider: string) => (await who.get(`/providers/${provider}/app`)).body.app;

describe('set-app', () => {
  it('gives every organisation without an app of its own this one, and takes it away', async () => {
    const origin = bench.standins['github'];
    const app = await anApp('github', origin);
    const person = await aPerson('github', origin);
    const [one, other] = [admin(), admin()];
    const own = { clientId: 'own', clientSecret: plantedSecret('own') };
    await other.put('/providers/github/app', own);

    const set = await run('set-app', { provider: 'github', app });
    await consent(one, { provider: 'github', ...person });
    const { clientId: others } = await appOf(other, 'github');
    const removed = await run('set-app', { provider: 'github', app: null });
    const refused = await one.post('/integrations/connect', {
      provider: 'github',
      scope: 'organization',
      auth: 'oauth2',
    });

    expect([set, removed]).toEqual([done('set-app'), done('set-app')]);
    expect(await tokenCalls('github', person, origin)).toMatchObject([
      { client: app.clientId, outcome: 'issued' },
    ]);
    expect(others).toBe('own');
    expectProblem(refused, 409, 'oauth_not_configured');
    expect(await appOf(other, 'github')).toMatchObject({ clientId: 'own', source: 'organization' });
  });

  it('takes the settings of the provider, and no others', async () => {
    const app = { clientId: 'app', clientSecret: plantedSecret('app') };
    const set = (settings: object) =>
      run('set-app', { provider: 'microsoft_outlook', app: { ...app, settings } });
    const before = await appOf(admin(), 'microsoft_outlook');

    const refused = [await set({ tenant: '../x' }), await set({ color: 'red' })];
    const unchanged = await appOf(admin(), 'microsoft_outlook');
    const taken = await set({ tenant: 'acme.example' });

    expect(refused).toEqual(Array(2).fill({ code: 1, printed: 'set-app failed; its log says how.\n' }));
    expect(unchanged).toEqual(before);
    expect(taken).toEqual(done('set-app'));
    const { authorizationUrl } = await begin(admin(), 'microsoft_outlook');
    expect(new URL(authorizationUrl).pathname).toBe('/acme.example/oauth2/v2.0/authorize');
  });

  it('does not set an app of a provider that knows no consent', async () => {
    const app = { clientId: 'app', clientSecret: plantedSecret('app') };

    expect((await run('set-app', { provider: 'slack', app })).code).toBe(1);
  });
});

describe('set-secret', () => {
  it('keeps a secret of the environment for its functions, until it is replaced or removed', async () => {
    const name = 'legacy_passphrase';
    const [first, second] = [plantedSecret('passphrase'), plantedSecret('passphrase')];
    const told: unknown[] = [];
    for (const value of [first, second, null]) {
      told.push(await run('set-secret', { name, value }));
      told.push(await environmentSecret(name));
    }

    const ok = done('set-secret');
    expect(told).toEqual([ok, first, ok, second, ok, null]);
  });
});

describe('what operators set', () => {
  it('is sealed: nothing of it is stored or logged in clear', async () => {
    await run('set-secret', { name: 'legacy_passphrase', value: plantedSecret('passphrase') });
    await run('set-app', { provider: 'jira', app: { clientId: 'app', clientSecret: plantedSecret('app') } });

    const items = (await dumpOf(bench)).filter((item) => item.includes('$environment'));

    expect(items.length).toBeGreaterThan(4);
    expect(secretsIn(bench.data)).toEqual([]);
  });
});
