import { createPublicKey, type JsonWebKey, verify } from 'node:crypto';
import * as z from 'zod/mini';
import { settings } from '../config/env.ts';

const Header = z.object({ alg: z.literal('EdDSA') });
const Claims = z.object({
  sub: z.string(),
  managerOf: z.array(z.string()).check(z.maxLength(1000)),
  exp: z.number(),
});

const longest = 5 * 60;
/** Clocks differ a little. */
const skew = 10;

const json = (part: string): unknown => JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));

/**
 * Whom the user manages, by an assertion the app signed (a JWT with EdDSA, at most five minutes ahead);
 * nobody where it is another user's, has expired, or is not signed by a key of the environment.
 */
export const managedBy = (userId: string, assertion: string | undefined): ReadonlySet<string> => {
  const nobody = new Set<string>();
  const [header = '', payload = '', signature = '', ...rest] = (assertion ?? '').split('.');
  if (signature === '' || rest.length > 0) return nobody;
  try {
    if (!z.safeParse(Header, json(header)).success) return nobody;
    const signed = settings().assertionKeys.some((key) =>
      verify(
        null,
        Buffer.from(`${header}.${payload}`),
        createPublicKey({ key: key as JsonWebKey, format: 'jwk' }),
        Buffer.from(signature, 'base64url'),
      ),
    );
    const claims = z.safeParse(Claims, json(payload));
    if (!signed || !claims.success) return nobody;
    const left = claims.data.exp - Date.now() / 1000;
    const valid = claims.data.sub === userId && left > -skew && left <= longest + skew;
    return valid ? new Set(claims.data.managerOf) : nobody;
  } catch {
    return nobody;
  }
};
