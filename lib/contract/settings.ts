import * as z from 'zod/mini';

/** Null is without bound. */
export const PlanLimits = z.strictObject({
  /** Integrations an owner may connect. */
  integrations: z.nullable(z.number()),
  /** The shortest interval of a schedule. */
  minInterval: z.nullable(z.enum(['15m', '30m', 'hourly', 'daily', 'weekly'])),
  /** Of the syncs that are due at one moment, theirs are begun first. */
  priority: z.boolean(),
});
export type PlanLimits = z.infer<typeof PlanLimits>;

/**
 * What differs between environments and is no secret; `infra` writes it into the variable SETTINGS
 * of every function, `lib/config` reads it.
 */
export const Settings = z.strictObject({
  environment: z.string(),
  /** Where callers and providers reach us, without a trailing slash and without `/api/v1`. */
  publicUrl: z.url(),
  /** Names of the session token's claims. */
  claims: z.strictObject({
    user: z.string(),
    organization: z.string(),
    role: z.string(),
    person: z.string(),
    plan: z.string(),
  }),
  /** Values of the role claim that mean admin, and those that mean member; any other is refused. */
  roles: z.strictObject({ admin: z.array(z.string()), member: z.array(z.string()) }),
  /** Pages the browser may be sent back to after a consent, by name. */
  returnPages: z.record(z.string(), z.url()),
  /** Hosts a provider may live on besides those of its manifest, as in `{ "jira": ["jira.example.com"] }`. */
  allowedHosts: z.record(z.string(), z.array(z.string())),
  /** Calls a minute that reach a provider. */
  limits: z.strictObject({ perUser: z.number(), perOrganization: z.number(), perIntegration: z.number() }),
  /** Times of the refresh protocol, in milliseconds; `deadline < limit < lease`. */
  refresh: z.strictObject({
    /** A token with less left is refreshed while it is still used. */
    margin: z.number(),
    /** How long a provider's token endpoint may take. */
    deadline: z.number(),
    /** How long the refresh function may run. */
    limit: z.number(),
    /** How long a claim keeps others away when its holder is not heard of. */
    lease: z.number(),
    /** How long a caller waits for a token that has expired. */
    wait: z.number(),
    /** How long to wait, at least, after an answer that says nothing. */
    pause: z.number(),
  }),
  /** A sync that fails is tried again so often; the first pause is at most `backoff` milliseconds, each next twice as long. */
  sync: z.strictObject({ attempts: z.number(), backoff: z.number() }),
  /** Minutes a person saves for each item a sync keeps, by its type. */
  minutesSaved: z.strictObject({
    task: z.number(),
    pull_request: z.number(),
    event: z.number(),
    person: z.number(),
  }),
  /** What plans allow, by the value of the plan claim; `none` is a token without one. */
  plans: z.record(z.string(), PlanLimits),
  /** Days. */
  retention: z.strictObject({
    events: z.number(),
    activityCache: z.number(),
    syncRuns: z.number(),
    idempotency: z.number(),
  }),
  /** Public keys (JWK) of the app's assertions about who manages whom. */
  assertionKeys: z.array(z.record(z.string(), z.unknown())),
});

export type Settings = z.infer<typeof Settings>;

/** Throws where the times of the refresh protocol would let two spend one token. */
export const checkRefreshTimes = ({ deadline, limit, lease }: Settings['refresh']): void => {
  if (!(deadline < limit && limit < lease))
    throw new Error('Of the refresh settings, deadline < limit < lease must hold.');
};
