import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { company, local, request } from '../support/api.ts';
import { type Cloud, removeData, startCloud, startThatEnds, temporaryDirectory } from '../support/cloud.ts';
import { aGithubAccount, connectedGithub } from '../support/standins.ts';

/** How the local cloud starts, and how it says that it cannot. */

const started = async (...args: Parameters<typeof startCloud>): Promise<Cloud> => {
  const cloud = await startCloud(...args);
  onTestFinished(async () => {
    await cloud.stop();
    removeData(cloud);
  });
  return cloud;
};

describe('a start', () => {
  it('is ready within fifteen seconds', { timeout: 15_000 }, async ({ annotate }) => {
    const began = performance.now();

    const cloud = await started();

    await annotate(`ready after ${Math.round(performance.now() - began)} ms`);
    expect((await request(`${cloud.url}/api/v1/health`)).body).toEqual({ status: 'ok' });
  });

  it('prints one line, and never anything else, whatever happens', async () => {
    const cloud = await started();
    const { admin, stranger } = company(cloud.url);
    const account = await aGithubAccount({}, [], cloud.standins['github']);
    const { id } = await connectedGithub(admin, account);
    await account.fault({ times: 1, act: { kind: 'reset' } });

    await admin.post(`/integrations/${id}/search`, { query: 'ada' });
    await admin.post(`/integrations/${id}/search`, undefined, { raw: '{' });
    await stranger.get(`/integrations/${id}`);
    await admin.delete(`/integrations/${id}`);
    await local('POST', 'schedules/sweep-events', undefined, cloud.url);
    await request(`${cloud.url}/nothing`);

    expect(cloud.printed()).toBe(`ready ${cloud.url}\n`);
  });

  it('answers on the port it was given', async () => {
    const free = createServer().listen(0, '127.0.0.1');
    await once(free, 'listening');
    const { port } = free.address() as AddressInfo;
    await new Promise((resolve) => free.close(resolve));

    const cloud = await started(['--port', String(port)]);

    expect(cloud.url).toBe(`http://127.0.0.1:${port}`);
  });
});

describe('a start that cannot be', () => {
  it('says that the port is taken, and ends with 1', async () => {
    const cloud = await started();
    const { port } = new URL(cloud.url);
    const data = temporaryDirectory();

    const ended = await startThatEnds(['--port', port, '--data', data]);
    removeData({ data });

    expect(ended).toEqual({
      code: 1,
      printed: '',
      told: `Port ${port} is taken; choose another with --port.\n`,
    });
  });

  it('says that another has the data directory, and ends with 1', async () => {
    const cloud = await started();

    const ended = await startThatEnds(['--port', '0', '--data', cloud.data]);
    const fresh = await startThatEnds(['--port', '0', '--data', cloud.data, '--fresh']);

    for (const { code, printed, told } of [ended, fresh]) {
      expect(code).toBe(1);
      expect(printed).toBe('');
      expect(told).toMatch(
        new RegExp(`^${cloud.data}/? is in use by process ${cloud.pid}; choose another with --data\\.\\n$`),
      );
    }
    expect((await request(`${cloud.url}/api/v1/health`)).status).toBe(200);
  });

  it.each([
    ['an option nobody knows', ['--verbose'], '--verbose'],
    ['a word too many', ['please'], 'please'],
    ['a port that is no number', ['--port', 'http'], '--port http'],
    ['a port that is too large', ['--port', '65536'], '--port 65536'],
    ['a port that is left out', ['--port'], '--port'],
    ['a provider nobody knows', ['--provider', 'jirra=http://127.0.0.1:9000'], 'choose one of jira'],
    ['a value where there is none', ['--fresh=yes'], '--fresh'],
    ['a provider without an origin', ['--provider', 'jira'], '--provider jira'],
    ['an origin with a path', ['--provider', 'jira=http://127.0.0.1:1/rest'], '--provider jira='],
    ['an origin that is none', ['--provider', 'jira=127.0.0.1:1'], '--provider jira='],
    ['an origin of another kind', ['--provider', 'jira=ftp://127.0.0.1'], '--provider jira='],
    ['a provider id that is none', ['--provider', 'Jira Cloud=http://127.0.0.1:1'], '--provider Jira Cloud='],
  ])('for %s says so with the usage, and ends with 2', async (_, args, mentioned) => {
    const { code, printed, told } = await startThatEnds(args);

    expect(code).toBe(2);
    expect(printed).toBe('');
    expect(told.split('\n')[0]).toContain(mentioned);
    expect(told).toContain('Usage: npm start -- [--port N] [--data DIR] [--fresh] [--provider ID=ORIGIN]...');
  });
});
