import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { open } from '../../lib/credentials/envelope.ts';
import { placeOf } from '../../lib/integrations/place.ts';
import type { CredentialRecord } from '../../lib/model/integration.ts';
import { credentialAgain } from '../../lib/rotation/again.ts';
import { readCredential } from '../../lib/store/credentials.ts';
import { keys } from '../../lib/store/keys.ts';
import { write } from '../../lib/store/table.ts';
import {
  aConnection,
  type Connection,
  credentialOf,
  isCurrent,
  refreshed,
} from '../refresh-faults/connection.ts';
import { type Caller, caller } from '../support/api.ts';
import { type Bench, jobEvent, startBench } from '../support/bench.ts';
import { plantedSecret } from '../support/secrets.ts';
import { aGithubAccount, aJiraSite, connected } from '../support/standins.ts';
import { dataKeysOf, first, sealings, second } from './sealed.ts';

/** A new data key while everything goes on: what old ones sealed is sealed again, then they are destroyed (F129, D7). */

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.stop());

type Sealing = { admin: Caller; connection: Connection; jira: string; personal: string };

/** An organisation with a secret of every kind: typed in, given by a token endpoint, an OAuth app, a member's own. */
const aSealing = async (): Promise<Sealing> => {
  const connection = await aConnection(bench, 'with a grace period');
  const { admin } = connection;
  const site = await aJiraSite({}, bench.standins['jira']);
  const { id: jira } = await connected(admin, 'jira', site.connection);
  const member = caller({ organizationId: admin.organizationId, role: 'member' }, bench.url);
  const account = await aGithubAccount({}, [], bench.standins['github']);
  const { id: personal } = await connected(member, 'github', account.connection, 'user');
  await admin.put('/providers/github/app', { clientId: 'own', clientSecret: plantedSecret('app') });
  return { admin, connection, jira, personal };
};

const versionsOf = async ({ admin }: Sealing): Promise<number[]> =>
  Object.values(await sealings(bench.database, admin.organizationId));
const keysOf = ({ admin }: Sealing): Promise<string[]> => dataKeysOf(bench.database, admin.organizationId);

const rotate = async ({ admin }: Pick<Sealing, 'admin'>): Promise<void> => {
  await bench.runCommand('rotate-keys', { keys: 'data', organizationId: admin.organizationId });
  expect(await bench.drain()).toBe(0);
};
const finish = async (): Promise<void> => {
  await bench.runSchedule('finish-rotations');
  expect(await bench.drain()).toBe(0);
};

const expectWorking = async ({ admin, connection, jira }: Sealing): Promise<void> => {
  expect((await admin.post(`/integrations/${jira}/search`, { query: 'a' })).status).toBe(200);
  expect(await isCurrent(connection)).toBe(true);
  expect(await refreshed(connection)).toBe(true);
  expect((await admin.post(`/integrations/${connection.id}/test`)).body).toMatchObject({ ok: true });
};

describe('a rotation of an organisation’s data key', () => {
  it('seals everything again under the new key, while all goes on working', async () => {
    const sealing = await aSealing();
    const other = await aSealing();
    expect(await versionsOf(sealing)).toEqual([1, 1, 1, 1]);

    await rotate(sealing);

    expect(await versionsOf(sealing)).toEqual([2, 2, 2, 2]);
    expect(await keysOf(sealing)).toEqual([first, second, 'ROTATION']);
    expect(await versionsOf(other)).toEqual([1, 1, 1, 1]);
    await expectWorking(sealing);
    expect(await refreshed(sealing.connection)).toBe(true);
    await expectWorking(sealing);
  });

  it('destroys the old key once nobody can be sealing with it any more, and not before', async () => {
    const sealing = await aSealing();
    const owner = { organizationId: sealing.admin.organizationId, userId: null };
    const before = (await readCredential(owner, sealing.jira)) as CredentialRecord;
    await rotate(sealing);

    await finish();
    const early = await keysOf(sealing);
    bench.advance(3_700);
    await finish();

    expect(early).toEqual([first, second, 'ROTATION']);
    expect(await keysOf(sealing)).toEqual([second]);
    await expect(open(placeOf(owner, before), before.sealed ?? new Uint8Array())).rejects.toMatchObject({
      code: 'not_found',
    });
    await expectWorking(sealing);
  });

  it('goes over what a process sealed meanwhile with a key it remembered', async () => {
    const sealing = await aSealing();
    const owner = { organizationId: sealing.admin.organizationId, userId: null };
    const before = (await readCredential(owner, sealing.jira)) as CredentialRecord;
    await rotate(sealing);
    await write({ update: keys.credential(owner, sealing.jira), set: { sealed: before.sealed } });
    expect((await versionsOf(sealing)).toSorted((a, b) => a - b)).toEqual([1, 2, 2, 2]);

    bench.advance(3_700);
    await finish();

    expect(await versionsOf(sealing)).toEqual([2, 2, 2, 2]);
    expect(await keysOf(sealing)).toEqual([second]);
    await expectWorking(sealing);
  });

  it('may be asked for again at any time', async () => {
    const sealing = await aSealing();
    await rotate(sealing);
    bench.advance(1);
    await rotate(sealing);

    expect(new Set(await versionsOf(sealing))).toEqual(new Set([3]));
    bench.advance(3_700);
    await finish();
    expect(await keysOf(sealing)).toEqual(['DATAKEY#000003']);
    await expectWorking(sealing);
  });

  it('can be one of all organisations, and of the environment itself', async () => {
    const [one, other] = [await aSealing(), await aSealing()];
    await bench.runCommand('set-secret', { name: 'legacy_passphrase', value: plantedSecret('passphrase') });

    await bench.runCommand('rotate-keys', { keys: 'data', organizationId: null });
    expect(await bench.drain()).toBe(0);

    expect([await versionsOf(one), await versionsOf(other)].flat()).toEqual(
      Array.from({ length: 8 }, () => 2),
    );
    const environment = await sealings(bench.database, '$environment');
    expect(environment['SECRET#legacy_passphrase sealed']).toBe(2);
    expect(new Set(Object.values(environment))).toEqual(new Set([2]));
    await expectWorking(other);
  });
});

describe('a rotation that is cut short', () => {
  const places = [
    ...[0, 1, 2, 3].map((nth) => ({ operation: 'UpdateItem', nth })),
    { operation: 'TransactWriteItems', nth: 0 },
    { operation: 'Query', nth: 2 },
    { operation: 'Decrypt', nth: 0 },
  ].flatMap((place) => (['before', 'after'] as const).map((when) => ({ ...place, when })));

  it.each(places)('$when $operation $nth goes on from there, with one new key', async (place) => {
    const sealing = await aSealing();
    const since = Date.now() + Number(process.env['CLOCK_OFFSET_MS']) + 1;
    const { organizationId } = sealing.admin;
    bench.advance(1);
    const payload = { organizationId, keys: 'data', since, begun: since, after: null };

    bench.faults.watch({ ...place, act: 'error', attempts: 'all' });
    await bench.runJob('reseal', payload);
    bench.faults.unwatch();
    const again = await bench.runJob('reseal', payload);

    expect(again.batchItemFailures).toEqual([]);
    expect(await versionsOf(sealing)).toEqual([2, 2, 2, 2]);
    expect(await keysOf(sealing)).toEqual([first, second, 'ROTATION']);
    await expectWorking(sealing);
  });

  it.each(['before', 'after'] as const)('by a kill %s any of its writes loses nothing', async (when) => {
    for (const operation of ['TransactWriteItems', 'UpdateItem']) {
      const sealing = await aSealing();
      const since = Date.now() + Number(process.env['CLOCK_OFFSET_MS']) + 1;
      bench.advance(1);
      const { organizationId } = sealing.admin;
      const payload = { organizationId, keys: 'data', since, begun: since, after: null };
      const child = await bench.child('functions/jobs/reseal.ts');
      child.faults.watch({
        operation,
        nth: operation === 'UpdateItem' ? 1 : 0,
        when,
        act: 'hang',
        attempts: 'all',
      });
      const held = child.faults.held();
      child.start(jobEvent(payload));
      await held;
      await child.kill();
      await expectWorking(sealing);

      expect((await bench.runJob('reseal', payload)).batchItemFailures).toEqual([]);
      expect(await versionsOf(sealing)).toEqual([2, 2, 2, 2]);
      await expectWorking(sealing);
    }
  });
});

describe('sealing again', () => {
  it('never puts older tokens over newer ones, whoever was faster', async () => {
    const sealing = await aSealing();
    const { connection } = sealing;
    const seen = await credentialOf(connection);
    await rotate(sealing);
    const change = await credentialAgain(connection.owner, seen, 2);
    expect(change).not.toBeNull();
    expect(await refreshed(connection)).toBe(true);

    const late = write({
      update: keys.credential(connection.owner, connection.id),
      ...(change ?? { set: {} }),
    });

    await expect(late).rejects.toMatchObject({ code: 'conflict' });
    expect(await isCurrent(connection)).toBe(true);
  });

  it('and refreshing at the same time leave the newest tokens, under a key that opens them', async () => {
    const sealing = await aSealing();
    const { organizationId } = sealing.admin;
    for (let round = 0; round < 5; round += 1) {
      bench.advance(1);
      const at = Date.now() + Number(process.env['CLOCK_OFFSET_MS']);
      const payload = { organizationId, keys: 'data', since: at, begun: at, after: null };
      await Promise.all([bench.runJob('reseal', payload), refreshed(sealing.connection)]);
      expect(await isCurrent(sealing.connection)).toBe(true);
    }
    await rotate(sealing);
    bench.advance(3_700);
    await finish();
    expect(await keysOf(sealing)).toHaveLength(1);
    await expectWorking(sealing);
  });
});
