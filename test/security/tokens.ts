import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type JsonWebKey,
  sign,
} from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Caller, local } from '../support/api.ts';
import type { Cloud } from '../support/cloud.ts';

/** Session tokens the gateway must refuse: each is that of a caller in all but one respect. */

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

const forged = async (caller: Caller, header: object, signature: (text: string) => string) => {
  const [, payload = ''] = (await caller.token()).split('.');
  const text = `${part(header)}.${payload}`;
  return `${text}.${signature(text)}`;
};

const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const rs256 = { alg: 'RS256', kid: 'local' };

type Data = Pick<Cloud, 'data'>;

const issuerKey = ({ data }: Data): JsonWebKey =>
  (JSON.parse(readFileSync(join(data, 'issuer.json'), 'utf8')) as { session: JsonWebKey }).session;

/** A token with a valid signature over any claims, as a careless template of the issuer might make it. */
export const tokenWith = (data: Data, claims: object): string => {
  const standard = {
    iss: 'https://issuer.manageros.local',
    aud: 'manageros-integrations',
    exp: Math.floor(Date.now() / 1000) + 600,
  };
  const text = `${part(rs256)}.${part({ ...standard, ...claims })}`;
  const key = createPrivateKey({ key: issuerKey(data), format: 'jwk' });
  return `${text}.${sign('sha256', Buffer.from(text), key).toString('base64url')}`;
};

/** The issuer's public key, as anybody may have it. */
const publicKey = (data: Data): string => {
  const { kty = '', n = '', e = '' } = issuerKey(data);
  return createPublicKey({ key: { kty, n, e }, format: 'jwk' })
    .export({ type: 'spki', format: 'pem' })
    .toString();
};

const signedWith = async ({ url }: Cloud, { userId, organizationId, role }: Caller, other: object) => {
  const reply = await local('POST', 'token', { userId, organizationId, role, ...other }, url);
  return reply.body.token as string;
};

export const refusedTokens: Readonly<
  Record<string, (cloud: Cloud, caller: Caller) => Promise<string | null>>
> = {
  'no token': async () => null,
  'a token for another audience': (cloud, caller) => signedWith(cloud, caller, { audience: 'another' }),
  'a token of another issuer': (cloud, caller) =>
    signedWith(cloud, caller, { issuer: 'https://issuer.example.com' }),
  'an expired token': (cloud, caller) => signedWith(cloud, caller, { expiresIn: -1 }),
  'a token that another key signed': (_cloud, caller) =>
    forged(caller, rs256, (text) => sign('sha256', Buffer.from(text), stranger).toString('base64url')),
  'a token without a signature': (_cloud, caller) => forged(caller, { alg: 'none' }, () => ''),
  'a token signed with the public key as a password': (cloud, caller) =>
    forged(caller, { alg: 'HS256' }, (text) =>
      createHmac('sha256', publicKey(cloud)).update(text).digest('base64url'),
    ),
  'a token whose claims were changed': async (_cloud, caller) => {
    const [header = '', payload = '', signature = ''] = (await caller.token()).split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
    return `${header}.${part({ ...claims, org_role: 'admin', sub: 'somebody' })}.${signature}`;
  },
  'no token but text': async () => 'eyJhbGciOiJSUzI1NiJ9',
};
