import { randomBytes } from 'node:crypto';
import { hashOf, standinNow } from '../standin.ts';
import type { AuthServer, Issued, TokenContext } from './server.ts';
import { endAccess, endFamily, policyFor } from './state.ts';
import type { Family, OAuthState, Policy } from './types.ts';

/** Making tokens and the answer that carries them. */

const randomText = (): string => randomBytes(32).toString('base64url');

/** The oldest of an account's live grants to a client give way to the newest. */
const dropOldest = (server: AuthServer, state: OAuthState, newest: Family, cap: Policy['cap']): void => {
  if (!cap || newest.account === null) return;
  const key = (family: Family): string =>
    cap.per === 'scopes' ? family.scopes.toSorted((a, b) => a.localeCompare(b)).join(' ') : '';
  const live = Object.values(state.families).filter(
    (family) =>
      !family.ended &&
      family.client === newest.client &&
      family.account === newest.account &&
      key(family) === key(newest),
  );
  for (const family of live.slice(0, -cap.most)) endFamily(server, state, family, 'cap');
};

/**
 * Makes the next tokens of a family: an access token, and with `refresh` a refresh token. `scopes` are the
 * access token's, where they differ from the family's.
 */
export const issue = (
  server: AuthServer,
  state: OAuthState,
  family: Family,
  options: { refresh: boolean; scopes?: string[]; parent?: string },
): Issued => {
  const policy = policyFor(server, state, family.client, family.account);
  const { accessSeconds } = policy;
  const now = standinNow();
  const scopes = options.scopes ?? family.scopes;
  const expiresAt = accessSeconds === null ? null : now + accessSeconds * 1000;
  const { generation } = family;
  const access = server.mint?.access?.(family, scopes, expiresAt) ?? randomText();
  family.currentAccess = hashOf(access);
  state.access[family.currentAccess] = {
    family: family.id,
    generation,
    scopes,
    issuedAt: now,
    expiresAt,
    revoked: false,
  };
  const refresh = options.refresh ? (server.mint?.refresh?.(family) ?? randomText()) : null;
  if (refresh !== null) {
    family.currentRefresh = hashOf(refresh);
    state.refresh[family.currentRefresh] = {
      family: family.id,
      generation,
      issuedAt: now,
      usedAt: now,
      spentAt: null,
      expired: false,
      parent: options.parent ?? null,
      successor: null,
    };
  }
  if (generation === 0) dropOldest(server, state, family, policy.cap);
  return { family, access, refresh, scopes, expiresAt, graced: false };
};

/** Ends what a refresh ends, and moves the family on. */
export const moveOn = (state: OAuthState, family: Family, policy: Policy): void => {
  if (policy.refreshKillsAccess) endAccess(state, family);
  family.generation += 1;
};

const expiresIn = ({ expiresIn: form }: Policy, expiresAt: number | null): Record<string, unknown> => {
  if (form === 'missing' || expiresAt === null) return {};
  const seconds = Math.max(0, Math.round((expiresAt - standinNow()) / 1000));
  const forms = {
    number: seconds,
    text: String(seconds),
    zero: 0,
    negative: -1,
    huge: 1e15,
    nan: 'NaN',
  } as const;
  return { expires_in: forms[form] };
};

/** RFC 6749, 5.1. */
export const tokenAnswer = (context: TokenContext, issued: Issued): Record<string, unknown> => {
  const { server, state } = context;
  const { family, access, refresh, scopes, expiresAt } = issued;
  const policy = policyFor(server, state, family.client, family.account);
  return {
    access_token: access,
    token_type: server.tokenType ?? 'Bearer',
    ...expiresIn(policy, expiresAt),
    ...(refresh !== null && { refresh_token: refresh }),
    ...(policy.scopeInAnswer && { scope: scopes.join(server.scopeSeparator ?? ' ') }),
    ...server.answerExtras?.(issued, context, policy),
  };
};
