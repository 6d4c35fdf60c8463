import type { Adapter, Identity, Manifest, Session, TokenSet } from '../connectors/connector.ts';
import { providerError } from '../connectors/refusal.ts';
import { adapterOf, tokensOf } from '../connectors/registry.ts';
import { openSession } from '../connectors/session.ts';
import { type FailedOutcome, tokenOutcome } from '../connectors/token-answer.ts';
import { AppError } from '../errors/error.ts';
import { countCalls } from '../log/provider-calls.ts';
import type { AuthKindName } from '../model/integration.ts';
import { tokenDoor } from '../tokens/door.ts';
import type { FieldValues } from './fields.ts';

/** How long a person waits for a provider before we say that it does not answer. */
export const patience = 20_000;

/** What connects: what was typed in, and tokens where the connection lives by them. */
export type Connection = FieldValues & { auth: AuthKindName; tokens: TokenSet | null };
export type Tried = Connection & { identity: Identity };

/** A token request that a person waits for failed, as an error of the contract. */
export const errorOfOutcome = (provider: string, { code, retryAfter }: FailedOutcome): AppError =>
  code === 'oauth_app_rejected'
    ? new AppError('oauth_app_rejected', `${provider} rejects the OAuth app: an admin has to correct it.`)
    : providerError(provider, code, retryAfter === null ? {} : { retryAfter });

/** A session with credentials that are only being tried. */
export const tryingSession = (
  manifest: Manifest,
  adapter: Adapter,
  { auth, settings, credentials, tokens }: Connection,
  deadline = Date.now() + patience,
): Session =>
  openSession({
    manifest,
    adapter,
    auth,
    settings,
    credentials,
    accessToken: tokens?.accessToken ?? null,
    trying: true,
    deadline,
    observe: (milliseconds, code) => countCalls(manifest.id, [{ milliseconds, code }]),
  });

/** A token made of the credentials themselves; null where they are sent as they are. Theirs is the fault of a refusal. */
const mintedBy = async (
  manifest: Manifest,
  auth: AuthKindName,
  values: FieldValues,
): Promise<TokenSet | null> => {
  const { mint } = await tokensOf(manifest.id);
  if (!mint || auth === 'api_token' || auth === 'oauth2') return null;
  const facts = manifest.oauth?.refresh ?? { dead: [], ours: [] };
  const outcome = await tokenOutcome(tokenDoor(manifest, patience), facts, (fetch) =>
    mint({ auth, ...values }, fetch),
  );
  if (outcome.kind === 'tokens') return outcome.tokens;
  throw outcome.kind === 'ours' || outcome.kind === 'dead'
    ? providerError(manifest.name, 'provider_unauthorized')
    : errorOfOutcome(manifest.name, outcome);
};

/** Whose credentials these are, asked of the provider before anything is stored. */
export const tryCredentialsOf = async (
  manifest: Manifest,
  auth: AuthKindName,
  values: FieldValues,
): Promise<Tried> => {
  const adapter = await adapterOf(manifest.id);
  const connection = { auth, ...values, tokens: await mintedBy(manifest, auth, values) };
  return { ...connection, identity: await adapter.identify(tryingSession(manifest, adapter, connection)) };
};
