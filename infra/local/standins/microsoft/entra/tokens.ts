import { createSign, randomBytes, randomUUID } from 'node:crypto';
import type { Family } from '../../oauth/index.ts';
import { standinNow } from '../../standin.ts';
import { type MicrosoftState, type User, userNamed } from '../state.ts';

/** Tokens: those for Graph look like JWTs and are readable, but only Graph can verify them. */

const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const seconds = (at: number): number => Math.floor(at / 1000);

export const graphResource = 'https://graph.microsoft.com';

export const accessToken = (
  state: MicrosoftState,
  family: Family,
  scopes: string[],
  expiresAt: number | null,
): string => {
  const user = family.account === null ? null : userNamed(state, family.account);
  const home = family.details['tenant'];
  const tenant = user?.tenant ?? (typeof home === 'string' ? home : '');
  const now = standinNow();
  const claims = {
    aud: graphResource,
    iss: `https://sts.windows.net/${tenant}/`,
    iat: seconds(now) - 300,
    nbf: seconds(now) - 300,
    exp: seconds(expiresAt ?? now + 3_600_000),
    app_displayname: family.client,
    appid: family.client,
    appidacr: '1',
    idp: `https://sts.windows.net/${tenant}/`,
    ...(user
      ? {
          idtyp: 'user',
          name: user.displayName,
          oid: user.id,
          scp: scopes.join(' '),
          sub: base64(`${user.id} graph`).slice(0, 43),
          unique_name: user.userPrincipalName,
          upn: user.userPrincipalName,
        }
      : { idtyp: 'app', oid: family.client, sub: family.client, roles: family.details['roles'] ?? [] }),
    tid: tenant,
    uti: randomBytes(16).toString('base64url'),
    ver: '1.0',
  };
  const header = {
    typ: 'JWT',
    nonce: randomBytes(32).toString('base64url'),
    alg: 'RS256',
    kid: state.signing.id,
  };
  // The signature is over a changed nonce: nobody but Graph can check it, so here it is noise.
  return `${base64(header)}.${base64(claims)}.${randomBytes(256).toString('base64url')}`;
};

/** Pairwise: another for each app. */
const subject = (user: User, client: string): string =>
  Buffer.from(`${user.id} ${client}`).toString('base64url').slice(0, 43);

export const identityToken = (
  { signing }: MicrosoftState,
  user: User,
  { client, scopes, nonce }: { client: string; scopes: string[]; nonce: string | null },
): string => {
  const now = standinNow();
  const claims = {
    aud: client,
    iss: `https://login.microsoftonline.com/${user.tenant}/v2.0`,
    iat: seconds(now) - 300,
    nbf: seconds(now) - 300,
    exp: seconds(now) + 3600,
    ...(scopes.includes('email') && user.mail !== null && { email: user.mail }),
    ...(scopes.includes('profile') && { name: user.displayName, preferred_username: user.userPrincipalName }),
    ...(nonce !== null && { nonce }),
    oid: user.id,
    sub: subject(user, client),
    tid: user.tenant,
    uti: randomUUID(),
    ver: '2.0',
  };
  const text = `${base64({ typ: 'JWT', alg: 'RS256', kid: signing.id })}.${base64(claims)}`;
  return `${text}.${createSign('RSA-SHA256').update(text).sign(signing.privateKey, 'base64url')}`;
};

export const clientInfo = ({ id, tenant }: User): string => base64({ uid: id, utid: tenant });
