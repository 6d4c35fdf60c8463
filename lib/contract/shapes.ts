import * as z from 'zod/mini';

/** Shapes more than one operation speaks of. Inputs are strict and bounded; outputs drop what is not named here. */

/** One line of human text: no control characters, no lone surrogates, nothing that reorders what is read. */
const typed = (max: number, form: RegExp) =>
  z.string().check(z.trim(), z.minLength(1), z.maxLength(max), z.regex(form));
export const line = (max: number) => typed(max, /^[^\p{Cc}\p{Cs}\p{Bidi_Control}]*$/u);
export const lines = (max: number) => typed(max, /^(?:[^\p{Cc}\p{Cs}\p{Bidi_Control}]|[\t\r\n])*$/u);

/** An id made by others (ManagerOS, a provider): visible characters, none that could leave a key or a path. */
export const foreignId = (max = 64) =>
  z.string().check(z.minLength(1), z.maxLength(max), z.regex(/^(?!.*\.\.)[A-Za-z0-9._:@|+=~-]+$/));

/** An id of ours. Its form is checked where it is looked up: malformed, absent and foreign ids are all 404. */
export const id = z.string().check(z.minLength(1));

/** An absent field in the answer, where the model holds null. */
export const orAbsent = <T extends z.ZodMiniType>(
  schema: T,
): z.ZodMiniType<z.output<T> | undefined, z.input<T> | null | undefined> =>
  z.pipe(
    z.transform((value: unknown) => value ?? undefined) as z.ZodMiniType<z.input<T> | undefined>,
    z.optional(schema) as z.ZodMiniType<z.output<T> | undefined, z.input<T> | undefined>,
  ) as never;

export const time = z.string().check(z.iso.datetime());
export const date = z.string().check(z.iso.date());
/** A day, or a moment with its offset. */
export const dateOrTime = z.union([z.iso.date(), z.iso.datetime({ offset: true })]);

export const limit = (max: number, standard: number) =>
  z._default(z.number().check(z.int(), z.gte(1), z.lte(max)), standard);
/** The same in a query, where every value is text. */
export const limitInQuery = (max: number, standard: number) =>
  z._default(z.coerce.number<number>().check(z.int(), z.gte(1), z.lte(max)), standard);
export const cursor = z.optional(z.string().check(z.minLength(1), z.maxLength(4096)));

export const providerId = z.string().check(z.regex(/^[a-z][a-z0-9_]{1,40}$/));
export const Scope = z.enum(['organization', 'user']);
export const AuthKind = z.enum(['api_token', 'oauth2', 'service_account', 'client_credentials']);
export const EntityType = z.enum([
  'Person',
  'Meeting',
  'MeetingInstance',
  'OneOnOne',
  'Initiative',
  'Task',
  'Team',
]);
export const ExternalType = z.enum([
  'person',
  'event',
  'issue',
  'pull_request',
  'repository',
  'project',
  'file',
  'page',
  'message',
  'channel',
  'task',
  'board',
  'card',
  'contact',
  'invoice',
  'meeting',
]);

export const Entity = z.strictObject({ type: EntityType, id: foreignId() });
/** Ids of providers may hold nearly anything; each connector's manifest has the pattern of its own. */
export const externalId = z
  .string()
  .check(z.minLength(1), z.maxLength(512), z.regex(/^[^\p{Cc}\p{Cs}\p{Bidi_Control}]+$/u));
export const External = z.strictObject({ type: ExternalType, id: externalId });

const Metadata = z.record(z.string(), z.unknown());

export const ExternalEntity = z.object({
  id: z.string(),
  type: ExternalType,
  title: z.string(),
  description: orAbsent(z.string()),
  url: orAbsent(z.url()),
  email: orAbsent(z.string()),
  metadata: Metadata,
});

export const Linkable = z.object({
  type: ExternalType,
  searchable: z.boolean(),
  linkableTo: z.array(EntityType),
});

export const Status = z.enum(['active', 'disabled', 'needs_reauth', 'needs_setup']);
export const HealthState = z.enum(['healthy', 'degraded', 'needs_reauth', 'needs_setup', 'disabled']);

/** Why an integration is in its state of health. */
export const Cause = z.enum([
  'credentials_rejected',
  'revoked',
  'lost_after_rotation',
  'refresh_token_expired',
  'missing_scope',
  'provider_outage',
  'app_rejected',
  'subscription_failed',
  'disabled_by_person',
  'reset',
  'consent_withdrawn',
]);

/** What every member sees of an organisation's integration. */
export const IntegrationSummary = z.object({
  id: z.string(),
  provider: z.string(),
  name: z.string(),
  scope: Scope,
  status: Status,
  enabled: z.boolean(),
  entities: z.array(Linkable),
});

/** What its holder sees: never a secret, only whether one is set and since when. */
export const Integration = z.extend(IntegrationSummary, {
  auth: AuthKind,
  account: orAbsent(
    z.object({
      id: z.string(),
      name: orAbsent(z.string()),
      email: orAbsent(z.string()),
      url: orAbsent(z.string()),
    }),
  ),
  settings: z.record(z.string(), z.unknown()),
  secrets: z.record(z.string(), z.object({ set: z.boolean(), updatedAt: time })),
  grantedScopes: orAbsent(z.array(z.string())),
  health: z.object({ state: HealthState }),
  lastTestedAt: orAbsent(time),
  lastSyncAt: orAbsent(time),
  version: z.number(),
  createdAt: time,
  updatedAt: time,
  createdBy: z.string(),
});

export const IntegrationView = z.union([Integration, IntegrationSummary]);

export const Link = z.object({
  id: z.string(),
  entity: z.object({ type: EntityType, id: z.string() }),
  integration: z.object({ id: z.string(), name: z.string(), provider: z.string(), scope: Scope }),
  external: z.object({
    type: ExternalType,
    id: z.string(),
    title: z.string(),
    email: orAbsent(z.string()),
    url: orAbsent(z.url()),
    metadata: Metadata,
  }),
  state: z.enum(['ok', 'missing']),
  createdAt: time,
  createdBy: z.string(),
});

const Field = z.object({
  name: z.string(),
  /** Which part of the connect body takes it. */
  in: z.enum(['settings', 'credentials']),
  label: z.string(),
  help: z.string(),
  type: z.enum(['text', 'email', 'url', 'password', 'multiline']),
  /** Write-only: sealed when stored, never sent back. */
  secret: z.boolean(),
  required: z.boolean(),
  pattern: z.nullable(z.string()),
  maxLength: z.number(),
  placeholder: z.nullable(z.string()),
});

const Guide = z.object({
  prerequisites: z.array(z.string()),
  steps: z.array(z.string()),
  scopes: z.array(z.object({ scope: z.string(), purpose: z.string() })),
  troubleshooting: z.array(z.object({ problem: z.string(), remedy: z.string() })),
});

export const Provider = z.object({
  id: z.string(),
  name: z.string(),
  category: z.string(),
  description: z.string(),
  features: z.array(z.string()),
  scopes: z.array(Scope),
  status: z.enum(['available', 'coming_soon', 'premium']),
  statusReason: orAbsent(z.string()),
  /** `guide` comes with `GET /providers/{provider}`: per way to connect, and all ways in one. */
  auth: z.array(z.object({ kind: AuthKind, fields: z.array(Field), guide: orAbsent(Guide) })),
  guide: orAbsent(Guide),
  entities: z.array(Linkable),
  multiple: z.boolean(),
  connected: z.boolean(),
});

export const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number(),
  code: z.string(),
  detail: z.string(),
  requestId: z.string(),
  errors: z.optional(z.array(z.object({ path: z.string(), message: z.string() }))),
  consent: z.optional(z.object({ scopes: z.array(z.string()), reconnect: z.string() })),
});
