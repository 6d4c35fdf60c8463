import { hash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, globSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bundle, bundle, hot } from '../../infra/bundle.ts';
import { type FunctionSpec, functions } from '../../infra/inventory.ts';
import { budgets, eagerBytes, goals, naiveBytes, runIn, shareOf, startOf } from '../bench/bundles.ts';

const root = join(import.meta.dirname, '../..');
const target = mkdtempSync(join(tmpdir(), 'bundle-'));
let built: Bundle;

/** A build for every set of grants; a busy machine takes its time. */
const patience = 300_000;
beforeAll(async () => {
  built = await bundle(root, functions, target);
}, patience);
afterAll(() => rmSync(target, { recursive: true }));

const inputsOf = (spec: FunctionSpec, which: 'eager' | 'all'): string[] => {
  const { outputs } = built.metafileOf(spec);
  return built.outputsOf(spec, which).flatMap((path) => Object.keys(outputs[path]?.inputs ?? {}));
};

describe('files', () => {
  it('of all definitions exist, and every file under functions has a definition', () => {
    const files = globSync('functions/**/*.ts', { cwd: root });

    expect(files.sort()).toEqual(functions.map(({ file }) => file).sort());
  });

  it('go by names that differ', () => {
    expect(new Set(functions.map(({ name }) => name)).size).toBe(functions.length);
  });
});

describe('a bundle', () => {
  it.each(functions)('of $name holds what it may load, and no more', (spec) => {
    const files = readdirSync(built.folderOf(spec));
    const chunks = files.filter((file) => file !== 'index.mjs');

    expect(files).toContain('index.mjs');
    expect(files).toHaveLength(built.outputsOf(spec, 'all').length);
    const text = files.map((file) => readFileSync(join(built.folderOf(spec), file), 'utf8')).join('');
    for (const chunk of chunks) expect(text).toContain(`"./${chunk}"`);
  });

  it.each(functions)("of $name loads no provider's SDK at its start", (spec) => {
    const sdks = /node_modules\/(jira\.js|@octokit|googleapis|google-auth-library|@azure|undici)\/|^own-zod:/;

    expect(inputsOf(spec, 'eager').filter((input) => sdks.test(input))).toEqual([]);
  });

  it.each(functions)('of $name takes credentials from its environment alone', (spec) => {
    const chains = /credential-provider-(node|ini|sso|process|web-identity|http)|endpoint-cache|mnemonist/;

    expect(inputsOf(spec, 'all').filter((input) => chains.test(input))).toEqual([]);
  });

  it('gives jira.js a zod of its own, and nobody else the one it wants', () => {
    const all = functions.flatMap((spec) => inputsOf(spec, 'all'));

    expect(all.some((input) => input.startsWith('own-zod:'))).toBe(true);
    expect(all.filter((input) => input.startsWith('node_modules/zod/v4/classic/'))).toEqual([]);
  });

  it('comes out the same again, so that only what changed is deployed', async () => {
    const key = ({ grants }: FunctionSpec): string => grants.toSorted().join();
    const alike = functions.filter((spec) => key(spec) === key(functions.at(-1) as FunctionSpec));
    const elsewhere = mkdtempSync(join(tmpdir(), 'bundle-again-'));
    const again = await bundle(root, alike, elsewhere);
    const digests = (folder: string): string[] =>
      readdirSync(folder).map((file) => `${file} ${hash('sha256', readFileSync(join(folder, file)))}`);

    for (const spec of alike) expect(digests(again.folderOf(spec))).toEqual(digests(built.folderOf(spec)));
    rmSync(elsewhere, { recursive: true });
  });

  it('of a function nobody defined is an error', () => {
    const unknown = { name: 'http-nothing', file: '', summary: '', timeout: 1, grants: [] };

    expect(() => built.outputsOf(unknown, 'all')).toThrow('http-nothing was not bundled.');
    expect(existsSync(built.folderOf(unknown))).toBe(false);
  });
});

describe('a budget', () => {
  let naive: number;
  beforeAll(async () => {
    naive = await naiveBytes();
  });

  it('is there for each function and for nothing else; `npm run bench:tables` writes them', () => {
    expect(Object.keys(budgets).toSorted()).toEqual(functions.map(({ name }) => name).toSorted());
  });

  it('is measured against what it always was, a naive build of a megabyte', () => {
    expect(Math.round(naive / 1024)).toBe(1047);
  });

  it.each(functions)('of bytes is kept by $name', (spec) => {
    const bytes = eagerBytes(built, spec);

    expect(bytes / naive).toBeLessThanOrEqual(shareOf(spec));
    expect(bytes / 1024).toBeLessThanOrEqual(budgets[spec.name]?.eagerKiB ?? 0);
  });

  it('is that of a hot function for those that are', () => {
    const names = functions.map(({ name }) => name);

    expect(hot.filter((name) => !names.includes(name))).toEqual([]);
  });
});

const named = (name: string): FunctionSpec => {
  const found = functions.find((spec) => spec.name === name);
  if (!found) throw new Error(`There is no ${name}.`);
  return found;
};

/** The answer to one call by an admin, as the gateway would pass it on. */
const call = async (spec: FunctionSpec, more: Record<string, string> = {}): Promise<unknown> => {
  const claims = { sub: 'user_1', org_id: 'org_1', org_role: 'org:admin' };
  const event = {
    version: '2.0',
    rawQueryString: '',
    headers: {},
    requestContext: { http: { method: 'GET' }, authorizer: { jwt: { claims } } },
    isBase64Encoded: false,
  };
  const script = `
    const { handler } = await import('./index.mjs');
    const context = { awsRequestId: 'r-1', getRemainingTimeInMillis: () => 29_000 };
    const { statusCode, body } = await handler(${JSON.stringify(event)}, context);
    console.log(JSON.stringify({ statusCode, body: JSON.parse(body) }));`;
  const lines = (await runIn(built, spec, script, more)).trim().split('\n');
  return JSON.parse(lines.at(-1) ?? '');
};

describe('on its own', () => {
  it.concurrent.each(functions)('$name loads, and everything it may load later', async (spec) => {
    const { handler, builtins, undici } = await startOf(built, spec);

    expect(handler).toBe('function');
    expect(undici).toEqual([]);
    expect(builtins).toBeLessThanOrEqual(Math.min(goals.builtins, budgets[spec.name]?.builtins ?? 0));
  });

  it('a function answers', async () => {
    expect(await call(named('http-system-health'))).toEqual({ statusCode: 200, body: { status: 'ok' } });
  });

  it('a function asks the table, under the credentials Lambda gave it', async () => {
    const asked: IncomingHttpHeaders[] = [];
    const table = createServer(({ headers }, response) => {
      asked.push(headers);
      response.setHeader('content-type', 'application/x-amz-json-1.0').end('{}');
    });
    await once(table.listen(0, '127.0.0.1'), 'listening');

    const answer = await call(named('http-policy-get'), {
      AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${(table.address() as AddressInfo).port}`,
      AWS_ACCESS_KEY_ID: 'AKIDLAMBDA',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_SESSION_TOKEN: 'session',
    });
    table.close();

    expect(answer).toMatchObject({ statusCode: 200, body: { activity: 'self_and_managers' } });
    expect(asked).toMatchObject([
      {
        authorization: expect.stringContaining('Credential=AKIDLAMBDA/'),
        'x-amz-security-token': 'session',
        'x-amz-target': 'DynamoDB_20120810.GetItem',
      },
    ]);
  });

  it('a function without credentials looks for them nowhere else', async () => {
    expect(await call(named('http-policy-get'))).toMatchObject({
      statusCode: 503,
      body: { code: 'unavailable' },
    });
  });
});
