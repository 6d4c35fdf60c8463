import { createHash } from 'node:crypto';
import type { TokenCall, TokenFault } from '../../infra/local/standins/oauth/types.ts';
import type { FamilyView } from '../../infra/local/standins/oauth/views.ts';
import type { Owner } from '../../lib/model/caller.ts';
import type { CredentialRecord } from '../../lib/model/integration.ts';
import { readCredential } from '../../lib/store/credentials.ts';
import { openTokens } from '../../lib/tokens/sealed.ts';
import { type Caller, caller } from '../support/api.ts';
import { type Bench, jobEvent } from '../support/bench.ts';
import { consent, type Person } from '../support/consent.ts';
import { aGithubAccount, aJiraSite, control } from '../support/standins.ts';

/** Connections by consent, each with an organisation and an account of its own, and both sides of their tokens. */

/** What the provider does with refresh tokens. Both end everything when a spent one comes again too late. */
export const providers = {
  'with a grace period': { provider: 'jira', policy: {} },
  'without a grace period': { provider: 'jira', policy: { graceSeconds: 0 } },
  'that ends the old access token': {
    provider: 'github',
    policy: {
      accessSeconds: 8 * 3600,
      idleSeconds: 180 * 86_400,
      rotates: true,
      refreshKillsAccess: true,
      reuseRevokesFamily: true,
    },
  },
} as const;
export type ProviderKind = keyof typeof providers;

export type Connection = {
  bench: Bench;
  admin: Caller;
  owner: Owner;
  id: string;
  provider: string;
  person: Person;
};

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

export const atProvider = <T = unknown>(
  { bench, provider }: Pick<Connection, 'bench' | 'provider'>,
  method: string,
  path: string,
  body?: unknown,
): Promise<T> => control<T>(provider, method, `oauth/${path}`, body, bench.standins[provider]);

const personAt = async (bench: Bench, provider: string): Promise<Person> => {
  const origin = bench.standins[provider];
  if (provider === 'github') return { user: (await aGithubAccount({}, [], origin)).login };
  const { host, username } = await aJiraSite({}, origin);
  return { user: username, resources: [host] };
};

export const aConnection = async (bench: Bench, kind: ProviderKind): Promise<Connection> => {
  const { provider, policy } = providers[kind];
  const admin = caller({}, bench.url);
  const person = await personAt(bench, provider);
  await atProvider({ bench, provider }, 'POST', 'policy', { account: person.user, policy });
  const { id } = await consent(admin, { provider, ...person });
  return {
    bench,
    admin,
    owner: { organizationId: admin.organizationId, userId: null },
    id,
    provider,
    person,
  };
};

/** The grants of this account, oldest first. */
export const familiesOf = async (connection: Connection): Promise<FamilyView[]> => {
  const path = `families?account=${encodeURIComponent(connection.person.user)}`;
  return (await atProvider<{ families: FamilyView[] }>(connection, 'GET', path)).families;
};

/** The calls that presented a refresh token of this account. */
export const refreshCalls = async (connection: Connection): Promise<TokenCall[]> => {
  const path = `calls?account=${encodeURIComponent(connection.person.user)}`;
  const { calls } = await atProvider<{ calls: TokenCall[] }>(connection, 'GET', path);
  return calls.filter(({ grant }) => grant === 'refresh_token');
};

export const tokenFault = (connection: Connection, fault: Pick<TokenFault, 'when' | 'act'>) =>
  atProvider(connection, 'POST', 'faults', {
    match: { account: connection.person.user, grant: 'refresh_token' },
    ...fault,
  });

export const credentialOf = async ({ owner, id }: Connection): Promise<CredentialRecord> => {
  const credential = await readCredential(owner, id);
  if (!credential) throw new Error(`There is no credential of ${id}.`);
  return credential;
};

/** Whether what is stored is what the provider gave last, and works. */
export const isCurrent = async (connection: Connection): Promise<boolean> => {
  const credential = await credentialOf(connection);
  if (!credential.tokens) return false;
  const plain = await openTokens(connection.owner, credential, credential.tokenVersion, credential.tokens);
  const newest = (await familiesOf(connection)).at(-1);
  return (
    newest?.state === 'live' &&
    newest.currentRefresh === hashOf(plain.refreshToken ?? '') &&
    newest.currentAccess === hashOf(plain.accessToken)
  );
};

/** What the job is told by whoever has seen these tokens. */
export const payloadFor = ({ owner, id }: Connection, seen: number, reason = 'use') => ({
  ...owner,
  integrationId: id,
  reason,
  seen,
});

/** As when the person removes the app in the account's settings. */
export const endFamily = (connection: Connection, family: string) =>
  atProvider(connection, 'POST', `families/${family}/revoke`);

/** Runs the refresh of the tokens that stand; whether the message counts as done. */
export const refreshed = async (connection: Connection, seconds?: number): Promise<boolean> => {
  const { tokenVersion } = await credentialOf(connection);
  const result = await connection.bench.runJob('refresh', payloadFor(connection, tokenVersion), seconds);
  return result.batchItemFailures.length === 0;
};

/** A refresh in a process of its own, begun but for the given rules. */
export const childFor = (bench: Bench) => bench.child('functions/jobs/refresh.ts');
export const eventFor = (connection: Connection, seen = 1) => jobEvent(payloadFor(connection, seen));

/** Waits, for as long as a machine in trouble may take, until something holds. */
export const until = async (holds: () => Promise<boolean>): Promise<void> => {
  for (const end = Date.now() + 20_000; !(await holds()); )
    if (Date.now() > end) throw new Error('What was waited for did not come.');
};
