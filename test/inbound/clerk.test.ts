import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aHeldOrganization, rowsWith } from '../erasure/held.ts';
import { expectProblem } from '../integrations/told.ts';
import { caller, newId } from '../support/api.ts';
import { type Cloud, removeData, startCloud } from '../support/cloud.ts';
import { aGithubAccount, connected } from '../support/standins.ts';
import { dumpOf, settled } from '../support/table.ts';
import {
  deleted,
  deliver,
  type Mail,
  mail,
  newAddress,
  newSigningSecret,
  setSecret,
  signatureOf,
} from './clerk-mail.ts';

/** News of deletions from Clerk: who may send it, and what it does here. */

let cloud: Cloud;
const address = newAddress();
const secret = newSigningSecret();
const aMail = (given: Partial<Mail> = {}): Mail => mail({ url: cloud.url, address, secret, ...given });

beforeAll(async () => {
  cloud = await startCloud();
});
afterAll(async () => {
  await cloud.stop();
  removeData(cloud);
});

describe('before an operator has set the secrets', () => {
  it('nothing is taken, also not what is signed with nothing', async () => {
    const unset = await deliver(aMail({ signature: 'v1,' }));
    await setSecret('clerk_address', address, cloud.url);
    const unsigned = await deliver(aMail());

    expectProblem(unset, 401, 'unauthenticated');
    expectProblem(unsigned, 401, 'unauthenticated');
    await setSecret('clerk_signing_secrets', secret, cloud.url);
    expect((await deliver(aMail())).status).toBe(204);
  });

  it.each([
    ['clerk_address', 'short'],
    ['clerk_address', `${'x'.repeat(40)}/..`],
    ['clerk_signing_secrets', 'whsec_'],
    ['clerk_signing_secrets', 'not a secret'],
    ['another_name', 'x'.repeat(40)],
  ])('%s cannot be set to %j', async (name, value) => {
    await expect(setSecret(name, value, cloud.url)).rejects.toThrow('400');
  });
});

describe('a message', () => {
  const now = (): number => Math.floor(Date.now() / 1000);
  const other = newSigningSecret();
  const refused: Record<string, () => Partial<Mail>> = {
    'to another address': () => ({ address: newAddress() }),
    'to an address with a letter less': () => ({ address: address.slice(0, -1) }),
    'signed with another secret': () => ({ secret: other }),
    'without a signature': () => ({ signature: '' }),
    'with the signature of another version': () => {
      const [id, timestamp, body] = ['msg_1', String(now()), '{}'];
      return {
        id,
        timestamp,
        body,
        signature: signatureOf(secret, id, timestamp, body).replace('v1,', 'v2,'),
      };
    },
    'whose body was changed': () => {
      const [id, timestamp] = ['msg_1', String(now())];
      return {
        id,
        timestamp,
        body: deleted.user('user_2'),
        signature: signatureOf(secret, id, timestamp, deleted.user('user_1')),
      };
    },
    'whose id was changed': () => {
      const [timestamp, body] = [String(now()), '{}'];
      return { id: 'msg_2', timestamp, body, signature: signatureOf(secret, 'msg_1', timestamp, body) };
    },
    'of six minutes ago': () => ({ timestamp: String(now() - 360) }),
    'of six minutes ahead': () => ({ timestamp: String(now() + 360) }),
    'with a time that is none': () => ({ timestamp: `${now()}.5` }),
    'without an id': () => ({ id: '' }),
  };

  it.each(Object.keys(refused))('%s is refused like any other, and changes nothing', async (name) => {
    const before = await dumpOf(cloud);

    const reply = await deliver(aMail(refused[name]?.()));
    const usual = await deliver(aMail({ signature: 'v1,AAAA' }));

    expectProblem(reply, 401, 'unauthenticated');
    const { requestId: _one, ...told } = reply.body;
    const { requestId: _two, ...usually } = usual.body;
    expect(told).toEqual(usually);
    expect(await dumpOf(cloud)).toEqual(before);
  });

  it.each<[string, () => Partial<Mail>]>([
    ['with the headers’ other names', () => ({ prefix: 'webhook' })],
    ['of four minutes ago', () => ({ timestamp: String(now() - 240) })],
    ['of four minutes ahead', () => ({ timestamp: String(now() + 240) })],
    [
      'with several signatures, one of them ours',
      () => {
        const [id, timestamp, body] = [newId('msg'), String(now()), '{"type":"a.b","data":1}'];
        const ours = signatureOf(secret, id, timestamp, body);
        return {
          id,
          timestamp,
          body,
          signature: `v1a,AAAA ${signatureOf(other, id, timestamp, body)} ${ours}`,
        };
      },
    ],
    [
      'that holds more than letters',
      () => ({ body: JSON.stringify({ type: 'user.updated', data: 'ünï ✓' }) }),
    ],
  ])('%s is taken', async (_, given) => {
    const before = await dumpOf(cloud);

    const reply = await deliver(aMail(given()));

    expect(reply).toMatchObject({ status: 204, text: '' });
    expect(await dumpOf(cloud)).toEqual(before);
  });

  it('may be signed with the old secret or the new while they overlap, and with the new alone afterwards', async () => {
    const newer = newSigningSecret();
    await setSecret('clerk_signing_secrets', `${newer} ${secret}`, cloud.url);
    const overlapping = [await deliver(aMail()), await deliver(aMail({ secret: newer }))];
    await setSecret('clerk_signing_secrets', newer, cloud.url);
    const after = [await deliver(aMail()), await deliver(aMail({ secret: newer }))];
    await setSecret('clerk_signing_secrets', secret, cloud.url);

    expect(overlapping.map(({ status }) => status)).toEqual([204, 204]);
    expect(after.map(({ status }) => status)).toEqual([401, 204]);
  });

  it('that is too large is not even verified', async () => {
    const reply = await deliver(aMail({ body: randomBytes(140_000).toString('hex') }));

    expectProblem(reply, 413, 'payload_too_large');
  });

  it.each([
    '',
    'no JSON',
    '[]',
    '{"type":"user.deleted","data":{}}',
    '{"type":"user.deleted","data":{"id":"a#b"}}',
  ])('that is signed and says %j is a mistake, and nothing is done', async (body) => {
    const before = await dumpOf(cloud);

    const reply = await deliver(aMail({ body }));

    expectProblem(reply, 400, 'invalid_request');
    expect(await dumpOf(cloud)).toEqual(before);
  });
});

describe('a membership that ended', () => {
  it('erases what the user had there, their tokens first, and nothing else', async () => {
    const { admin, member, shared, own } = await aHeldOrganization(cloud);
    const elsewhere = caller({ userId: member.userId }, cloud.url);
    const account = await aGithubAccount({}, [], cloud.standins['github']);
    await connected(elsewhere, 'github', account.connection, 'user');

    const reply = await deliver(aMail({ body: deleted.membership(admin.organizationId, member.userId) }));
    await settled(cloud);

    expect(reply.status).toBe(204);
    expect(await rowsWith(cloud, `ORG#${admin.organizationId}#USER#${member.userId}`)).toEqual([]);
    expect((await member.get('/integrations/connected')).body.integrations.map(idOf)).toEqual([shared.id]);
    expect((await admin.get(`/integrations/${own.id}`)).status).toBe(404);
    expect((await elsewhere.get('/integrations/connected')).body.integrations).toHaveLength(1);
  });
});

describe('a user that was deleted', () => {
  it('is erased in every organisation', async () => {
    const { admin, member } = await aHeldOrganization(cloud);
    const elsewhere = caller({ userId: member.userId, role: 'member' }, cloud.url);
    const account = await aGithubAccount({}, [], cloud.standins['github']);
    await connected(elsewhere, 'github', account.connection, 'user');

    const reply = await deliver(aMail({ body: deleted.user(member.userId) }));
    await settled(cloud);

    expect(reply.status).toBe(204);
    const left = await rowsWith(cloud, `#USER#${member.userId}`);
    expect(left).toEqual([]);
    expect((await elsewhere.get('/integrations/connected')).body.integrations).toEqual([]);
    expect((await admin.get('/integrations/connected')).body.integrations).toHaveLength(1);
  });
});

describe('an organisation that was deleted', () => {
  it('is erased once, however often and however many at once say so', async () => {
    const { admin, shared } = await aHeldOrganization(cloud);
    const other = await aHeldOrganization(cloud);
    const message = aMail({ body: deleted.organization(admin.organizationId) });

    const first = await Promise.all(Array.from({ length: 10 }, () => deliver(message)));
    await settled(cloud);
    const erasures = await rowsWith(cloud, `ORG#${admin.organizationId}#ERASURES`);
    const later = await deliver(message);
    await settled(cloud);

    expect([...first, later].map(({ status }) => status)).toEqual(Array.from({ length: 11 }, () => 204));
    expect(erasures).toHaveLength(1);
    expect(await rowsWith(cloud, `ORG#${admin.organizationId}#ERASURES`)).toEqual(erasures);
    expect((await admin.get(`/integrations/${shared.id}`)).status).toBe(404);
    expect((await other.admin.get(`/integrations/${other.shared.id}`)).status).toBe(200);
  });
});

const idOf = ({ id }: { id: string }): string => id;
