import type { OAuthFacts } from '../connectors/connector.ts';
import { manifestOf } from '../connectors/registry.ts';
import { eventWrites } from '../events/record.ts';
import { type AttemptRecord, findAttempt, moveAttempt } from '../store/attempts.ts';
import { hashOf, newSecret, openWith, sealFor } from './one-time.ts';

/** What a provider's answer leaves for the one who completes: sealed for the bearer of the ticket. */
export type Returned = { code: string; verifier: string | null; realmId: string | null };

const deniedEvent = (
  { organizationId, userId, scope, hash, integrationId, provider }: AttemptRecord,
  refusal: string,
) =>
  eventWrites(
    { organizationId, userId: scope === 'user' ? userId : null },
    {
      actor: userId,
      action: 'oauth.denied',
      target: integrationId ?? `att_${hash}`,
      provider,
      outcome: 'failed',
      detail: { refusal },
    },
  );

const longest = 4096;

/** The provider's word for a refusal; anything but a plain word is not passed on. */
const refusalOf = (error: string): string => (/^[a-z_]{1,60}$/.test(error) ? error : 'error');

/** Who answered (RFC 9207): the provider's issuer, or, where that is not known, at least a server at its place. */
const isIssuer = ({ issuer, authorizeUrl }: OAuthFacts, given: string | null): boolean => {
  if (given === null) return true;
  if (issuer !== null) return given === issuer;
  return URL.canParse(given) && new URL(given).hostname === new URL(authorizeUrl).hostname;
};

/**
 * The browser is back from the provider. Nothing is exchanged here: the code is sealed for a fresh ticket
 * that this browser alone gets, and the state is spent. Null where the state is not one of ours, or not
 * of this provider, or was used, or the answer is another server's.
 */
export const acceptReturn = async (provider: string, query: URLSearchParams): Promise<string | null> => {
  const state = query.get('state') ?? '';
  const attempt = state === '' || state.length > longest ? null : await findAttempt(hashOf(state));
  if (!attempt || attempt.provider !== provider || attempt.status !== 'open') return null;
  const { oauth } = await manifestOf(provider);
  if (!oauth || !isIssuer(oauth, query.get('iss'))) return null;

  const code = query.get('code') ?? '';
  const error = query.get('error');
  if ((code === '' && error === null) || code.length > longest) return null;
  const ticket = newSecret();
  const refusal = error === null ? null : refusalOf(error);
  const returned: Returned = {
    code,
    verifier: attempt.verifier && openWith<string>(state, 'verifier', attempt.verifier),
    realmId: query.get('realmId')?.slice(0, 100) ?? null,
  };
  const set = {
    status: refusal === null ? ('returned' as const) : ('denied' as const),
    ticketHash: hashOf(ticket),
    returned: refusal === null ? sealFor(ticket, 'code', returned) : null,
    verifier: null,
    refusal,
  };
  if (!(await moveAttempt(attempt.hash, 'open', set, refusal === null ? [] : deniedEvent(attempt, refusal))))
    return null;
  const fragment = new URLSearchParams({
    attempt: `att_${attempt.hash}`,
    ticket,
    ...(refusal !== null && { error: refusal }),
  });
  return `${attempt.returnPage}#${fragment.toString()}`;
};
