import type { OAuthState } from '../oauth/index.ts';
import { hashOf, type StandinAnswer, type StandinRequest, standinNow } from '../standin.ts';
import { unauthenticated, unreadableBearer } from './answers.ts';
import type { Scope } from './mount.ts';
import type { Site, User } from './state.ts';

/** Who calls; `failed` when credentials were presented that the site does not accept. */
export type Caller = { user: User | null; failed: boolean };
export type Identify = (
  site: Site,
  request: StandinRequest,
  scope: Scope,
) => Caller | { refused: StandinAnswer };

export const tokenHash = (email: string, token: string): string => hashOf(`${email.toLowerCase()}:${token}`);

const basicPair = (header: string | undefined): { email: string; token: string } | null => {
  const [, encoded] = /^basic +(\S+)$/i.exec(header ?? '') ?? [];
  if (encoded === undefined) return null;
  const pair = Buffer.from(encoded, 'base64').toString();
  const colon = pair.indexOf(':');
  return colon > 0 ? { email: pair.slice(0, colon), token: pair.slice(colon + 1) } : null;
};

const holderOf = (site: Site, email: string, token: string): User | null => {
  const hash = tokenHash(email, token);
  const held = site.tokens.find((candidate) => candidate.hash === hash);
  if (!held || (held.expiresAt !== null && held.expiresAt <= standinNow())) return null;
  const user = site.users.find((candidate) => candidate.email?.toLowerCase() === held.email.toLowerCase());
  return user?.active ? user : null;
};

/** Basic authentication of `email:token` on the site's own host; OAuth tokens work at the gateway only. */
export const identifyByToken =
  (oauth: OAuthState): Identify =>
  (site, { headers }) => {
    const [, bearer] = /^bearer +(\S+)/i.exec(headers['authorization'] ?? '') ?? [];
    if (bearer !== undefined) {
      const isOurs = oauth.access[hashOf(bearer)] !== undefined;
      return { refused: isOurs ? unauthenticated(site.host, headers['accept'], true) : unreadableBearer };
    }
    const pair = basicPair(headers['authorization']);
    const user = pair && holderOf(site, pair.email, pair.token);
    if (user) return { user, failed: false };
    if (site.badCredentials === 'anonymous') return { user: null, failed: pair !== null };
    return { refused: unauthenticated(site.host, headers['accept'], pair !== null) };
  };
