import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Owner } from '../../lib/model/caller.ts';
import { type CredentialRecord, noTokens } from '../../lib/model/integration.ts';
import {
  claim,
  commitTokens,
  giveUpWrite,
  noteUse,
  readCredential,
  releaseClaim,
  reschedule,
} from '../../lib/store/credentials.ts';
import { keys } from '../../lib/store/keys.ts';
import { transact, write } from '../../lib/store/table.ts';
import { intentDue } from '../../lib/tokens/due.ts';
import { startParts } from '../support/parts.ts';
import { claimed, committed, givenUp, type Item, released, rules } from './item.ts';

/** The product's conditional writes, on a real table, do to every item what the model's do. */

let parts: Awaited<ReturnType<typeof startParts>>;
beforeAll(async () => {
  parts = await startParts();
});
afterAll(() => parts.stop());

const owner: Owner = { organizationId: 'org_model', userId: null };
const tick = 60_000;
const at = Date.now();
const since = at - tick;
let count = 0;

const bytes = (token: number): Uint8Array => Buffer.from([token]);

const stored = async (item: Item): Promise<string> => {
  count += 1;
  const id = `int_o_${count}`;
  const record: CredentialRecord = {
    ...noTokens,
    id,
    provider: 'jira',
    auth: 'oauth2',
    enabled: true,
    state: item.state,
    cause: null,
    settings: {},
    account: null,
    tenant: '',
    grantedScopes: null,
    sealedVersion: 1,
    sealed: null,
    refreshable: true,
    tokens: bytes(item.token),
    tokenVersion: item.version,
    fence: item.fence,
    holder: 'somebody',
    leaseUntil: at + item.lease * tick,
    intentCount: item.tries,
    ...(item.intent && { intentSince: since }),
    nextAttemptAt: at + item.wait * tick,
  };
  await write({ put: { ...keys.credential(owner, id), ...record } });
  return id;
};

const asItem = (record: CredentialRecord): Item => ({
  state: record.state === 'active' ? 'active' : 'needs_reauth',
  version: record.tokenVersion,
  fence: record.fence,
  lease: Math.max(-1, (record.leaseUntil - at) / tick),
  intent: record.intentSince !== undefined,
  tries: record.intentCount,
  wait: Math.max(0, (record.nextAttemptAt - at) / tick),
  token: record.tokens?.[0] ?? -1,
});

const read = async (id: string): Promise<CredentialRecord> => {
  const record = await readCredential(owner, id);
  if (!record) throw new Error('It is gone.');
  return record;
};

/** Every item that differs in what a condition or a change looks at. */
const items: Item[] = (['active', 'needs_reauth'] as const).flatMap((state) =>
  [-1, 0, 1].flatMap((lease) =>
    [0, 1].flatMap((wait) =>
      [0, 1, 2].map(
        (tries): Item => ({ state, lease, wait, tries, intent: tries > 0, version: 4, fence: 7, token: 1 }),
      ),
    ),
  ),
);

/** Runs the product's write on each item; what it left is what the model's left. */
const conforms = async (
  model: (item: Item) => Item | null,
  product: (id: string, item: Item) => Promise<boolean>,
): Promise<void> => {
  const results = await Promise.all(
    items.map(async (item) => {
      const id = await stored(item);
      const took = await product(id, item);
      return { item, took, left: asItem(await read(id)) };
    }),
  );
  expect(results).toEqual(
    items.map((item) => {
      const next = model(item);
      return { item, took: next !== null, left: next ?? item };
    }),
  );
};

describe('on every item', () => {
  it.each([4, 3])('a claim by version %i takes what the model says', async (seen) => {
    await conforms(
      (item) => claimed(item, { seen, lease: 5, skew: 0 }, rules),
      async (id) => {
        const leaseUntil = at + 5 * tick;
        const given = { holder: 'me', leaseUntil, realNow: at, now: at, due: intentDue(id, leaseUntil) };
        return (await claim(owner, { id, tokenVersion: seen }, given)) !== null;
      },
    );
  });

  it.each([7, 6])('a commit under fence %i stores what the model says', async (fence) => {
    await conforms(
      (item) => committed(item, fence, 2, rules),
      (id, { version }) =>
        commitTokens(owner, id, fence, { tokens: bytes(2), tokenVersion: version + 1 }, null),
    );
  });

  it.each([
    [7, true],
    [7, false],
    [6, true],
    [6, false],
  ])('a release under fence %i, closed: %s, leaves what the model says', async (fence, closed) => {
    await conforms(
      (item) => released(item, fence, { closed, pause: 3 }, rules),
      (id) => releaseClaim(owner, id, fence, { closed, nextAttemptAt: at + 3 * tick, due: null }),
    );
  });

  it.each([7, 6])('a verdict under fence %i leaves what the model says', async (fence) => {
    await conforms(
      (item) => givenUp(item, fence, rules),
      (id) =>
        transact([giveUpWrite(owner, id, fence, { state: 'needs_reauth' })]).then(
          () => true,
          () => false,
        ),
    );
  });
});

describe('an open intent', () => {
  const open: Item = {
    state: 'active',
    lease: -1,
    wait: 0,
    tries: 1,
    intent: true,
    version: 4,
    fence: 7,
    token: 1,
  };

  it('keeps the moment since when it is open, however often it is claimed', async () => {
    const id = await stored(open);

    await claim(
      owner,
      { id, tokenVersion: 4 },
      { holder: 'me', leaseUntil: at, realNow: at, now: at, due: null },
    );

    expect((await read(id)).intentSince).toBe(since);
  });

  it.each([
    ['a use is noted', (id: string) => noteUse(owner, { id, tokenVersion: 4 }, intentDue(id, 1))],
    [
      'a schedule looks later',
      (id: string) => reschedule(owner, { id, tokenVersion: 4 }, null, at + 9 * tick),
    ],
  ])('is left alone where %s', async (_, change) => {
    const id = await stored(open);
    const before = await read(id);

    expect(await change(id)).toBe(false);
    expect(await read(id)).toEqual(before);
  });
});
