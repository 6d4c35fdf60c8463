import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { caller, local, newId, request } from '../support/api.ts';
import { type Cloud, removeData, startCloud, startThatEnds, temporaryDirectory } from '../support/cloud.ts';
import { childrenOf, isRunning, runningWith } from '../support/processes.ts';
import { aGithubAccount, connectedGithub } from '../support/standins.ts';
import { dumpOf, settled } from '../support/table.ts';

/** What the local cloud keeps and leaves behind when it ends, in order or not. */

const aDirectory = (): string => {
  const data = temporaryDirectory();
  onTestFinished(() => removeData({ data }));
  return data;
};

const started = async (data: string, ...args: string[]): Promise<Cloud> => {
  const cloud = await startCloud(args, { data });
  onTestFinished(async () => {
    await cloud.stop();
  });
  return cloud;
};

/** An integration, a link on it, and a policy; and how to see whether they are still there. */
const something = async (cloud: Cloud) => {
  const admin = caller({}, cloud.url);
  const account = await aGithubAccount({}, [], cloud.standins['github']);
  const { id } = await connectedGithub(admin, account);
  const entity = { type: 'Person', id: newId('person') };
  const external = { type: 'person', id: account.login };
  await admin.post('/links', { entity, integrationId: id, external });
  await admin.put('/policy', { activity: 'members' });
  await settled(cloud);
  const token = await admin.token();
  return {
    /** With the token of then, at the address of now. */
    seen: async ({ url }: Cloud) => {
      const asked = (method: string, path: string, body?: object) =>
        request(`${url}/api/v1${path}`, {
          method,
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
          ...(body && { body: JSON.stringify(body) }),
        });
      return {
        token: (await asked('GET', '/policy')).status,
        integration: (await asked('GET', `/integrations/${id}`)).status,
        credentials: (await asked('POST', `/integrations/${id}/search`, { query: account.login })).body
          .items?.[0]?.id,
        links: (await asked('GET', `/links?entityType=Person&entityId=${entity.id}`)).body.links?.length,
        policy: (await asked('GET', '/policy')).body.activity,
      };
    },
    all: { token: 200, integration: 200, credentials: account.login, links: 1, policy: 'members' },
  };
};

/** What the table holds but for the environment's OAuth apps, which each start sets. */
const stored = async (cloud: Cloud): Promise<string[]> =>
  (await dumpOf(cloud)).filter((item) => !item.includes('ORG#$environment'));

describe('what was stored', () => {
  it('is there after a restart: integration, credentials, link, policy, and the issuer’s key', async () => {
    const data = aDirectory();
    const first = await started(data);
    const { seen, all } = await something(first);
    const before = await stored(first);
    await first.stop();

    const second = await started(data);

    expect(await stored(second)).toEqual(before);
    expect(await seen(second)).toEqual(all);
  });

  it('is there after the power went', async () => {
    const data = aDirectory();
    const first = await started(data);
    const { seen, all } = await something(first);
    const before = await stored(first);
    const database = childrenOf(first.pid);
    await first.kill();
    expect(database.filter(isRunning)).toEqual(database);

    const second = await started(data);

    expect(database.filter(isRunning)).toEqual([]);
    expect(await stored(second)).toEqual(before);
    expect(await seen(second)).toEqual(all);
  });

  it('is gone after --fresh, and so is the issuer’s key', async () => {
    const data = aDirectory();
    const first = await started(data);
    const { seen } = await something(first);
    await first.stop();
    writeFileSync(join(data, 'of somebody else'), 'stays');

    const second = await started(data, '--fresh');

    expect(await stored(second)).toEqual([]);
    expect(await seen(second)).toMatchObject({ token: 401, integration: 401 });
    expect(readFileSync(join(data, 'of somebody else'), 'utf8')).toBe('stays');
  });
});

describe('an end', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('by %s is 0 and leaves no process', async (signal) => {
    const cloud = await started(aDirectory());
    const children = childrenOf(cloud.pid);
    expect(children.length).toBeGreaterThan(0);

    const ended = await cloud.end(signal);

    expect(ended).toBe(0);
    expect([cloud.pid, ...children].filter(isRunning)).toEqual([]);
  });

  it('by Ctrl-C, which reaches the database too, is the same', async () => {
    const cloud = await started(aDirectory());
    const children = childrenOf(cloud.pid);

    for (const pid of children) process.kill(pid, 'SIGINT');
    const ended = await cloud.end('SIGINT');

    expect(ended).toBe(0);
    expect([cloud.pid, ...children].filter(isRunning)).toEqual([]);
  });

  it('while it still starts is the same', async () => {
    const data = aDirectory();
    const child = spawn(process.execPath, ['infra/local/start.ts', '--port', '0', '--data', data], {
      stdio: 'ignore',
    });
    const ended = new Promise((resolve) => child.once('exit', (code) => resolve(code)));
    while (childrenOf(child.pid ?? 0).length === 0) await sleep(5);
    const children = childrenOf(child.pid ?? 0);

    child.kill('SIGINT');

    expect(await ended).toBe(0);
    expect(children.filter(isRunning)).toEqual([]);
  });

  it('of one that could not start leaves no process either', async () => {
    const cloud = await started(aDirectory());
    const data = aDirectory();

    const { code } = await startThatEnds(['--port', new URL(cloud.url).port, '--data', data]);

    expect(code).toBe(1);
    expect(runningWith(data)).toEqual([]);
  });
});

describe('a data directory', () => {
  it('that names a process which is another by now is taken, and that process left alone', async () => {
    const data = aDirectory();
    const other = spawn('sleep', ['60'], { stdio: 'ignore' });
    onTestFinished(() => void other.kill());
    for (const name of ['main.pid', 'database.pid']) writeFileSync(join(data, name), `${other.pid} 1`);

    const cloud = await started(data);

    expect((await local('GET', 'clock', undefined, cloud.url)).status).toBe(200);
    expect(isRunning(other.pid ?? 0)).toBe(true);
  });
});
