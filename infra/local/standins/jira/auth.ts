import { hashOf, type StandinAnswer, type StandinRequest, standinNow } from '../standin.ts';
import { unauthenticated, unreadableBearer } from './answers.ts';
import type { Site, User } from './state.ts';

/** Who calls; `failed` when credentials were presented that the site does not accept. */
export type Caller = { user: User | null; failed: boolean };
export type Identify = (site: Site, request: StandinRequest) => Caller | { refused: StandinAnswer };

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

/** Basic authentication of `email:token` on the site's own host. */
export const identifyByToken: Identify = (site, { headers }) => {
  if (/^bearer /i.test(headers['authorization'] ?? '')) return { refused: unreadableBearer };
  const pair = basicPair(headers['authorization']);
  const user = pair && holderOf(site, pair.email, pair.token);
  if (user) return { user, failed: false };
  if (site.badCredentials === 'anonymous') return { user: null, failed: pair !== null };
  return { refused: unauthenticated(site.host, headers['accept'], pair !== null) };
};
