import { setTimeout as pause } from 'node:timers/promises';
import type { Policy, TokenCall, TokenFault } from '../../infra/local/standins/oauth/types.ts';
import type { FamilyView } from '../../infra/local/standins/oauth/views.ts';
import { type Caller, caller, newId, type Reply } from '../support/api.ts';
import { consent } from '../support/consent.ts';
import { plantedSecret } from '../support/secrets.ts';
import { control } from '../support/standins.ts';
import type { Rig } from './rig.ts';

/** One organisation's connection with an OAuth app of its own, at a stand-in that forgives nothing. */

/** Atlassian documents a grace of ten minutes; GitHub none. */
export type Kind = 'grace' | 'none';

const kinds = {
  grace: {
    provider: 'jira',
    user: 'ada@acme.example',
    resources: ['acme.atlassian.net'],
    thing: 'type=issue&externalId=WEB-1',
    graceSeconds: 600,
  },
  none: {
    provider: 'github',
    user: 'ada-acme',
    resources: undefined,
    thing: 'type=person&externalId=ada-acme',
    graceSeconds: 0,
  },
} as const;

/** How long an access token lives, by the local clock. */
export const lifetime = 3600;

export type Connection = {
  kind: Kind;
  id: string;
  admin: Caller;
  /** Uses it: reads one thing of the provider. */
  use: (who: Caller, process: number) => Promise<Reply>;
  users: (count: number) => Promise<Caller[]>;
  family: () => Promise<FamilyView>;
  tokenCalls: () => Promise<TokenCall[]>;
  fault: (fault: Omit<TokenFault, 'match'>) => Promise<unknown>;
  policy: (policy: Partial<Policy>) => Promise<unknown>;
  control: <T = unknown>(method: string, path: string, body?: unknown) => Promise<T>;
};

export const connect = async (
  rig: Rig,
  kind: Kind,
  differing: Partial<Policy> = {},
  /** What the person agrees to; all of it unless given. */
  scopes: readonly string[] | null = null,
): Promise<Connection> => {
  const { provider, user, resources, thing, graceSeconds } = kinds[kind];
  const [first = ''] = rig.urls;
  const admin = caller({}, first);
  const client = newId('client');
  const secret = plantedSecret('app');
  const policy: Partial<Policy> = {
    accessSeconds: lifetime,
    idleSeconds: null,
    rotates: true,
    graceSeconds: rig.scaled(graceSeconds),
    reuseRevokesFamily: true,
    refreshKillsAccess: true,
    cap: null,
    ...differing,
  };
  const controlled: Connection['control'] = (method, path, body) =>
    control(provider, method, `oauth/${path}`, body, rig.origins[provider]);
  await controlled('POST', 'clients', {
    id: client,
    secret,
    redirectUris: [`${first}/api/v1/oauth/callback/${provider}`],
    policy,
  });
  const set = await admin.put(`/providers/${provider}/app`, { clientId: client, clientSecret: secret });
  if (set.status >= 300) throw new Error(`The app was not set: ${set.status} ${set.text}`);
  const { id } = await consent(admin, {
    provider,
    user,
    ...(resources && { resources }),
    ...(scopes && { scopes }),
  });

  const family = async (): Promise<FamilyView> => {
    const { families } = await controlled<{ families: FamilyView[] }>('GET', `families?client=${client}`);
    const [only, ...more] = families;
    if (!only || more.length > 0) throw new Error(`There are ${families.length} families.`);
    return only;
  };
  return {
    kind,
    id,
    admin,
    use: (who, process) =>
      who.get(`/integrations/${id}/entity?${thing}`, { url: rig.urls[process % rig.urls.length] ?? first }),
    users: async (count) => {
      const { organizationId } = admin;
      const members = Array.from({ length: count }, () => caller({ organizationId, role: 'member' }, first));
      await Promise.all(members.map((member) => member.token()));
      return members;
    },
    family,
    tokenCalls: async () => {
      const { calls } = await controlled<{ calls: TokenCall[] }>('GET', `calls?client=${client}`);
      return calls.filter(({ grant }) => grant === 'refresh_token');
    },
    fault: (fault) => controlled('POST', 'faults', { match: { client, grant: 'refresh_token' }, ...fault }),
    policy: (changed) => controlled('POST', 'policy', { client, policy: changed }),
    control: controlled,
  };
};

/** Waits for what happens behind a caller's back; fails where it does not within 20 s. */
export const until = async (happened: () => Promise<boolean>): Promise<void> => {
  for (let tries = 0; tries < 400; tries += 1) {
    if (await happened()) return;
    await pause(50);
  }
  throw new Error('It did not happen.');
};
