import { keyVersionOf, open, type Place, seal } from '../credentials/envelope.ts';
import { environmentSecretPlace, type SecretRecord } from '../environment/secrets.ts';
import { asAppError } from '../errors/error.ts';
import { placeOf } from '../integrations/place.ts';
import { log } from '../log/log.ts';
import type { Owner } from '../model/caller.ts';
import type { CredentialRecord, RetiredTokens } from '../model/integration.ts';
import { type AppRecord, appPlace } from '../oauth/apps.ts';
import type { Condition } from '../store/expressions.ts';
import { tokensPlace } from '../tokens/sealed.ts';

/** What is sealed, by the kind of its item: what it takes to seal it again, and what must not have changed meanwhile. */
export type Again = { set: Record<string, unknown>; when: Condition };

/** The same secrets for the same place under the newest key; null where that is done, or nothing can be read. */
const sealedAgain = async (
  place: Place,
  sealed: Uint8Array | null,
  newest: number,
): Promise<Uint8Array | null> => {
  if (!sealed || keyVersionOf(sealed) >= newest) return null;
  try {
    return await seal(place, await open(place, sealed));
  } catch (error) {
    const { code } = asAppError(error);
    // What its own key does not open is lost already: it must not keep all others on an old key.
    if (code !== 'internal' && code !== 'not_found') throw error;
    log('error', 'not sealed again', { organization: place.organizationId, holder: place.holder, code });
    return null;
  }
};

const retiredAgain = async (
  owner: Owner,
  credential: CredentialRecord,
  newest: number,
): Promise<RetiredTokens[] | null> => {
  const renewed = await Promise.all(
    credential.retired.map(async (one) => {
      const tokens = await sealedAgain(tokensPlace(owner, credential, one.tokenVersion), one.tokens, newest);
      return tokens ? { ...one, tokens } : one;
    }),
  );
  return renewed.some((one, index) => one !== credential.retired[index]) ? renewed : null;
};

/** Its versions stay: a refresh, a consent or a change of the credentials that is faster has newer ones, and wins. */
export const credentialAgain = async (
  owner: Owner,
  credential: CredentialRecord,
  newest: number,
): Promise<Again | null> => {
  const { fence, sealedVersion, tokenVersion } = credential;
  const sealed = await sealedAgain(placeOf(owner, credential), credential.sealed, newest);
  const tokens = await sealedAgain(tokensPlace(owner, credential, tokenVersion), credential.tokens, newest);
  const retired = await retiredAgain(owner, credential, newest);
  if (!sealed && !tokens && !retired) return null;
  return {
    set: { ...(sealed && { sealed }), ...(tokens && { tokens }), ...(retired && { retired }) },
    when: [
      ['fence', '=', fence],
      ['sealedVersion', '=', sealedVersion],
      ['tokenVersion', '=', tokenVersion],
      // Tokens that were ended meanwhile have left the list without any version's notice.
      ...(retired ? [['retired', '=', credential.retired] as const] : []),
    ],
  };
};

const one = async (
  place: Place,
  { sealed, sealedVersion }: { sealed: Uint8Array; sealedVersion: number },
  newest: number,
): Promise<Again | null> => {
  const renewed = await sealedAgain(place, sealed, newest);
  const when = [
    ['sealedVersion', '=', sealedVersion],
    // One that was removed and set anew counts its versions from one again.
    ['sealed', '=', sealed],
  ] as const;
  return renewed && { set: { sealed: renewed }, when };
};

export const appAgain = ({ organizationId }: Owner, app: AppRecord, newest: number): Promise<Again | null> =>
  one(appPlace(organizationId, app), app, newest);

export const secretAgain = (_owner: Owner, secret: SecretRecord, newest: number): Promise<Again | null> =>
  one(environmentSecretPlace(secret.name, secret.sealedVersion), secret, newest);
