import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { adapterOf, allManifests, manifestOf } from '../../lib/connectors/registry.ts';

const folders = readdirSync('lib/connectors', { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

describe('the registry', () => {
  it('has exactly the connectors that have a folder, each under its own id', async () => {
    const manifests = await allManifests();

    const connectable = manifests.filter(({ status }) => status === 'available').map(({ id }) => id);
    expect(connectable.toSorted()).toEqual(folders.toSorted());
    expect(await Promise.all(folders.map(async (id) => (await manifestOf(id)).id))).toEqual(folders);
  });

  it.each(folders)('%s has a test that calls the shared suite', (id) => {
    const file = `test/connectors/${id}.test.ts`;

    expect(existsSync(file)).toBe(true);
    expect(readFileSync(file, 'utf8')).toContain(`describeConnector('${id}', {`);
  });

  it.each(folders)('%s says in its manifest what its adapter does', async (id) => {
    const [manifest, adapter] = await Promise.all([manifestOf(id), adapterOf(id)]);

    expect(adapter.activity !== null).toBe(manifest.activity !== null);
  });
});
