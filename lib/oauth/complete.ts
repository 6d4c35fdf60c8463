import type { Adapter, Manifest, OAuthFacts, Site, TokenSet } from '../connectors/connector.ts';
import { adapterOf, manifestOf, tokensOf } from '../connectors/registry.ts';
import { tokenOutcome } from '../connectors/token-answer.ts';
import { codes } from '../contract/codes.ts';
import { AppError, asAppError, invalidField, notFound } from '../errors/error.ts';
import { errorOfOutcome, type Tried, tryingSession } from '../integrations/attempt.ts';
import { insertIntegration } from '../integrations/insert.ts';
import { countProviderCall } from '../integrations/limit.ts';
import { replaceConnection } from '../integrations/replace.ts';
import { type Caller, type Owner, ownerFor } from '../model/caller.ts';
import type { IntegrationRecord } from '../model/integration.ts';
import { limitsOf, requireRoom } from '../plans/limits.ts';
import {
  type AttemptRecord,
  burnAttempt,
  claimAttempt,
  findAttempt,
  moveAttempt,
  moveWrite,
} from '../store/attempts.ts';
import { findIntegration, readIntegration } from '../store/integrations.ts';
import type { Write } from '../store/table.ts';
import { tokenDoor } from '../tokens/door.ts';
import { revokeTokens } from '../tokens/revoke.ts';
import { admitted } from './admit.ts';
import { appOf } from './apps.ts';
import type { Returned } from './callback.ts';
import { openWith, sealFor } from './one-time.ts';

export type Completion =
  | { created: { integration: IntegrationRecord } }
  | { existing: { integration: IntegrationRecord } }
  | { choose: { choose: { id: string; name: string; url: string | null }[] } };

type Provider = { manifest: Manifest; oauth: OAuthFacts; adapter: Adapter };
/** What is sealed for the ticket: the code, and once it was exchanged the tokens and when they were asked for. */
type Sealed = Returned & { tokens?: TokenSet; askedAt?: number };

/** A request ends at 29 s: so long for the code, and for everything. */
const exchangePatience = 15_000;
const wholePatience = 25_000;

const inProgress = (): AppError =>
  new AppError('in_progress', 'This consent is being completed by another call.', { retryAfter: 2 });

type Exchange = (returned: Returned) => Promise<TokenSet>;

/** All that an exchange needs, fetched before the attempt is claimed: what fails here can be tried again. */
const exchangeFor = async (attempt: AttemptRecord, { manifest, oauth }: Provider): Promise<Exchange> => {
  const app = await appOf(attempt.organizationId, manifest.id, attempt.app);
  if (!app) throw new AppError('oauth_not_configured', 'The OAuth app was changed meanwhile: begin again.');
  const { exchange: ask } = await tokensOf(manifest.id);
  if (!ask) throw notFound('The attempt');
  const { redirectUri, scopes } = attempt;
  return async ({ code, verifier }) => {
    const outcome = await tokenOutcome(tokenDoor(manifest, exchangePatience), oauth.refresh, (fetch) =>
      ask({ app, redirectUri, code, verifier, scopes }, fetch),
    );
    if (outcome.kind === 'tokens') return outcome.tokens;
    // What surely was not used may be tried again; a code that may have been is worth nothing more.
    if (outcome.kind === 'refused') await moveAttempt(attempt.hash, 'completing', { status: 'returned' });
    else await burnAttempt(attempt.hash);
    throw errorOfOutcome(manifest.name, outcome);
  };
};

/** The site the person chose, or the only one; null where they have to choose first. */
const siteOf = (
  sites: readonly Site[],
  seen: IntegrationRecord | null,
  choice: string | undefined,
): Site | null => {
  if (sites.length === 0)
    throw new AppError('provider_forbidden', 'The consent covers no site that can be connected.');
  if (seen?.tenant) {
    const same = sites.find(({ url }) => url !== null && new URL(url).hostname === seen.tenant);
    if (!same)
      throw new AppError('different_account', 'The consent does not cover the site that was connected.');
    return same;
  }
  if (choice === undefined) return sites.length === 1 ? (sites[0] ?? null) : null;
  const chosen = sites.find(({ id }) => id === choice);
  if (!chosen) throw invalidField('choice', `must be one of ${sites.map(({ id }) => id).join(', ')}`);
  return chosen;
};

const store = (
  caller: Caller,
  owner: Owner,
  attempt: AttemptRecord,
  manifest: Manifest,
  tried: Tried,
  asked: number,
): Promise<IntegrationRecord> => {
  const { hash, app, name, integrationId } = attempt;
  const done = (id: string): Write[] => [
    {
      ...moveWrite(hash, 'completing', { status: 'done', result: id, returned: null }),
      // Somebody else's try ended it meanwhile.
      otherwise: () => notFound('The attempt'),
    },
  ];
  const askedAt = manifest.oauth?.revocation === 'account' ? asked : null;
  const common = { owner, actor: caller.userId, manifest, tried, app, askedAt };
  return integrationId === null
    ? insertIntegration({ ...common, name, call: null, most: limitsOf(caller).integrations, also: done })
    : replaceConnection({ ...common, id: integrationId, also: done(integrationId) });
};

/** Tokens nobody will use: ended where that ends them alone. */
const discard = async (attempt: AttemptRecord, manifest: Manifest, tokens: TokenSet): Promise<void> => {
  const owner = { organizationId: attempt.organizationId, userId: null };
  await revokeTokens(owner, manifest, attempt.app, tokens, async () => true);
};

type Whose = { caller: Caller; owner: Owner; seen: IntegrationRecord | null };

const finish = async (
  { caller, owner, seen }: Whose,
  attempt: AttemptRecord,
  provider: Provider,
  { ticket, choice }: { ticket: string; choice?: string | undefined },
  sealed: Sealed,
  exchange: Exchange,
): Promise<Completion> => {
  const { manifest, adapter } = provider;
  const deadline = Date.now() + wholePatience;
  const askedAt = sealed.askedAt ?? Date.now();
  const tokens = sealed.tokens ?? (await exchange(sealed));
  const connection = { auth: 'oauth2' as const, settings: attempt.settings, credentials: {}, tokens };
  try {
    const sites = await adapter.sites?.(tryingSession(manifest, adapter, connection, deadline));
    const site = sites ? siteOf(sites, seen, choice) : null;
    if (sites && !site) {
      const returned = sealFor(ticket, 'code', { ...sealed, tokens, askedAt });
      await moveAttempt(attempt.hash, 'completing', { status: 'choosing', returned });
      return { choose: { choose: sites.map(({ id, name, url }) => ({ id, name, url })) } };
    }
    const settled = { ...connection, settings: { ...attempt.settings, ...site?.settings } };
    const identity = await adapter.identify(tryingSession(manifest, adapter, settled, deadline));
    const integration = await store(caller, owner, attempt, manifest, { ...settled, identity }, askedAt);
    return { created: { integration } };
  } catch (error) {
    const { code, refused } = asAppError(error);
    if (code === 'invalid_request' || (codes[code].retry && !refused)) {
      // The code is spent: its tokens are kept for who chooses again, or comes back when what failed is mended.
      const returned = sealFor(ticket, 'code', { ...sealed, tokens, askedAt });
      if (await moveAttempt(attempt.hash, 'completing', { status: 'choosing', returned })) throw error;
    }
    // What was lost may be the table's answer, not the write: then the tokens are in use.
    const stands = await findAttempt(attempt.hash);
    if (stands?.status !== 'done')
      await Promise.all([discard(attempt, manifest, tokens), burnAttempt(attempt.hash)]);
    throw error;
  }
};

/**
 * Ends a consent: only the user who began it, and only with the ticket the consenting browser got. One
 * of any number of parallel calls exchanges the code; who repeats it afterwards gets the same integration.
 */
export const completeConsent = async (
  caller: Caller,
  id: string,
  given: { ticket: string; choice?: string | undefined },
): Promise<Completion> => {
  const attempt = await admitted(caller, id, given.ticket);
  if (attempt.status === 'done') {
    const { integration } = await readIntegration(caller, attempt.result ?? '');
    return { existing: { integration } };
  }
  if (attempt.status === 'completing' || !attempt.returned) throw inProgress();
  const from = attempt.status;
  const owner = ownerFor(caller, attempt.scope);
  const seen = attempt.integrationId === null ? null : await findIntegration(owner, attempt.integrationId);
  // It was deleted meanwhile: nothing is asked of the provider for it any more.
  if (attempt.integrationId !== null && !seen) throw notFound('The attempt');
  if (attempt.integrationId === null) await requireRoom(caller, owner);
  const manifest = await manifestOf(attempt.provider);
  if (!manifest.oauth) throw notFound('The attempt');
  const sealed = openWith<Sealed>(given.ticket, 'code', attempt.returned);
  const provider = { manifest, oauth: manifest.oauth, adapter: await adapterOf(manifest.id) };
  const exchange = await exchangeFor(attempt, provider);
  await countProviderCall(caller, attempt.integrationId);

  if (!(await claimAttempt(attempt.hash, from))) throw inProgress();
  return finish({ caller, owner, seen }, attempt, provider, given, sealed, exchange);
};
