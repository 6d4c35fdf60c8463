import type { TestProject } from 'vitest/node';
import { removeData, startCloud } from './cloud.ts';
import { secretsIn } from './secrets.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    cloud: { url: string; standins: Record<string, string>; database: string; data: string };
  }
}

/**
 * One cloud for all tests that need no other: each keeps to organisations of its own. At the end
 * everything it stored or logged is searched for the secrets that tests planted.
 */
export default async (project: TestProject) => {
  if (!process.version.startsWith('v24.'))
    throw new Error(`These tests run on Node 24, this is ${process.version}.`);
  const cloud = await startCloud(['--fresh']);
  const { url, standins, database, data } = cloud;
  project.provide('cloud', { url, standins, database, data });
  return async () => {
    await cloud.stop();
    const found = secretsIn(cloud.data);
    removeData(cloud);
    if (found.length > 0)
      throw new Error(`Secrets of tests were stored or logged in clear:\n${found.join('\n')}`);
  };
};
