import { generateKeyPairSync, type JsonWebKey } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { exportJWK, importJWK, type JWK, jwtVerify, SignJWT } from 'jose';
import type { DataDir } from './data-dir.ts';

/** Stands in for the environment's issuer of session tokens and for the app that signs assertions; its keys survive a restart. */
type StoredKeys = { session: JWK; assertion: JWK };

const generate = async (): Promise<StoredKeys> => ({
  session: await exportJWK(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey),
  assertion: await exportJWK(generateKeyPairSync('ed25519').privateKey),
});

const publicOf = ({ kty, crv, x }: JWK): JsonWebKey => ({ kty: kty ?? '', crv: crv ?? '', x: x ?? '' });

export const issuerUrl = 'https://issuer.manageros.local';
export const audience = 'manageros-integrations';

export const openIssuer = async (data: DataDir) => {
  const file = data.path('issuer.json');
  if (!existsSync(file)) writeFileSync(file, JSON.stringify(await generate()), { mode: 0o600 });
  const keys = JSON.parse(readFileSync(file, 'utf8')) as StoredKeys;
  const signing = await importJWK(keys.session, 'RS256');
  const { kty = '', n = '', e = '' } = keys.session;
  const verifying = await importJWK({ kty, n, e }, 'RS256');
  const asserting = await importJWK(keys.assertion, 'EdDSA');

  return {
    assertionKey: publicOf(keys.assertion),

    /** A session token as the web app's would be; `override` makes one that must be refused. */
    sign: (
      claims: Record<string, unknown>,
      seconds: number,
      override: { audience?: string; issuer?: string } = {},
    ) =>
      new SignJWT(claims)
        .setProtectedHeader({ alg: 'RS256', kid: 'local' })
        .setIssuer(override.issuer ?? issuerUrl)
        .setAudience(override.audience ?? audience)
        .setIssuedAt()
        .setExpirationTime(Math.floor(Date.now() / 1000) + seconds)
        .sign(signing),

    assert: (sub: string, managerOf: readonly string[], seconds: number) =>
      new SignJWT({ managerOf: [...managerOf] })
        .setProtectedHeader({ alg: 'EdDSA' })
        .setSubject(sub)
        .setExpirationTime(Math.floor(Date.now() / 1000) + seconds)
        .sign(asserting),

    /** The claims of a token the gateway would accept, as text, the way it passes them on; null otherwise. */
    verify: async (token: string): Promise<Record<string, string> | null> => {
      try {
        const { payload } = await jwtVerify(token, verifying, {
          issuer: issuerUrl,
          audience,
          algorithms: ['RS256'],
        });
        if (payload.exp === undefined) return null;
        return Object.fromEntries(
          Object.entries(payload).map(([name, value]) => [
            name,
            Array.isArray(value)
              ? `[${value.join(' ')}]`
              : typeof value === 'object'
                ? 'map[]'
                : `${value as string | number | boolean}`,
          ]),
        );
      } catch {
        return null;
      }
    },
  };
};

export type Issuer = Awaited<ReturnType<typeof openIssuer>>;
