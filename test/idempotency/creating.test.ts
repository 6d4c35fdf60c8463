import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operations } from '../../lib/contract/operations/index.ts';
import { expectNothing, lines, send, watched } from '../security/call.ts';
import { aCompany } from '../security/company.ts';
import { type Cloud, removeData, startCloud } from '../support/cloud.ts';
import { settled } from '../support/table.ts';

/** Every call that creates takes an `Idempotency-Key`; every other POST says why it needs none (F127). */

let cloud: Cloud;
beforeAll(async () => {
  cloud = await startCloud();
});
afterAll(async () => {
  await cloud.stop();
  removeData(cloud);
});

const asks = 'asks, and stores nothing that a repeat would store again';
const withoutKey: Readonly<Record<string, string>> = {
  'integrations.try': asks,
  'integrations.test': asks,
  'integrations.search': asks,
  'search.across': asks,
  'activity.team': asks,
  'migration.preview': asks,
  'mapping.preview': asks,
  'integrations.reset': 'what was forgotten stays forgotten',
  'integrations.reconnect':
    'the integration is the one it names; a consent begun twice is over in ten minutes',
  'integrations.proxy': 'the provider’s own API says what a repeat does',
  'oauth.complete': 'a ticket is good for one integration, which a repeat is answered with',
  'links.refresh': 'the link is the one it names',
  'syncs.start': 'while a run goes on, it is that one that is answered',
  'failures.redrive': 'what is done again is no failure any more, and 404',
  'inbound.clerk': 'a message is known by its own id',
};

/** Valid, and not the same. */
const otherwise: Readonly<Record<string, (body: Record<string, unknown>) => Record<string, unknown>>> = {
  'integrations.connect': (body) => ({ ...body, name: 'Another name' }),
  'links.create': (body) => ({ ...body, entity: { type: 'Person', id: 'another' } }),
  'links.bulk': (body) => ({
    ...body,
    candidates: [{ entity: { type: 'Person', id: 'another' }, email: 'another@acme.example' }],
  }),
  'calendar.import': (body) => ({ ...body, persons: [{ id: 'another', email: 'another@acme.example' }] }),
  'migration.run': (body) => ({ ...body, integrations: [] }),
  'erasures.request': (body) => ({
    ...body,
    subject: { kind: 'entity', entity: { type: 'Task', id: 'another' } },
  }),
};

describe('every POST', () => {
  const posts = operations.filter(({ methods }) => (methods as readonly string[]).includes('POST'));

  it.each(posts.map(({ id, creates }) => [id, creates] as const))(
    '%s takes a key, or says why it needs none',
    (id, creates) => {
      expect(creates).toBe(!(id in withoutKey));
    },
  );

  it('is on one list only, and every list speaks of operations that exist', () => {
    const listed = [...Object.keys(withoutKey), ...Object.keys(otherwise)];

    expect(listed.toSorted()).toEqual(posts.map(({ id }) => id as string).toSorted());
  });
});

describe.each(lines.filter(({ operation }) => operation.id in otherwise))('$name', (line) => {
  it('gives the same key and body the same answer, does nothing anew, and refuses another body', async () => {
    const company = await aCompany(cloud);
    const { admin, organization } = company;
    const parts = line.way.parts(organization, company);
    const headers = { 'idempotency-key': randomUUID() };
    const token = await admin.token();
    const another = otherwise[line.operation.id]?.(parts.body ?? {});

    const first = await send(cloud, line, parts, token, headers);
    await settled(cloud);
    const again = await watched(cloud, () => send(cloud, line, parts, token, headers));
    const other = await watched(cloud, () => send(cloud, line, { ...parts, body: another }, token, headers));

    expect(first.status).toBeLessThan(300);
    expect(again.reply).toMatchObject({ status: first.status, body: first.body });
    expectNothing(line, again);
    expect(other.reply).toMatchObject({ status: 422, body: { code: 'idempotency_mismatch' } });
    expectNothing(line, other);
  });
});
