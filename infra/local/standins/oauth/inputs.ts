import * as z from 'zod/mini';

/** What the controls take; anything else is told as a mistake. */

const text = z.string();
const texts = z.array(text);
const flag = z.boolean();
const secondsOrNull = z.nullable(z.number());
const data = z.record(text, z.json());
const errorShape = z.strictObject({
  status: z.int(),
  error: text,
  description: z.optional(text),
  uri: z.optional(text),
});

export const policyInput = z.partial(
  z.strictObject({
    codeSeconds: z.number(),
    accessSeconds: secondsOrNull,
    rotates: flag,
    spends: flag,
    graceSeconds: z.number(),
    graceFor: z.enum(['previous', 'any']),
    graceAnswer: z.enum(['new', 'same']),
    reuseRevokesFamily: flag,
    idleSeconds: secondsOrNull,
    absoluteSeconds: secondsOrNull,
    refreshKillsAccess: flag,
    revocationKillsAccess: flag,
    cap: z.nullable(z.strictObject({ most: z.int(), per: z.enum(['account', 'scopes']) })),
    refreshTokenOnRefresh: flag,
    scopeInAnswer: flag,
    expiresIn: z.enum(['number', 'text', 'missing', 'zero', 'negative', 'huge', 'nan']),
    deadRefresh: z.nullable(errorShape),
  }),
);

export const clientInput = z.strictObject({
  id: text,
  secret: z.nullable(text),
  redirectUris: z.optional(texts),
  redirectPatterns: z.optional(texts),
  scopes: z.optional(z.nullable(texts)),
  auth: z.optional(z.enum(['basic', 'post', 'any'])),
  grants: z.optional(z.nullable(texts)),
  policy: z.optional(policyInput),
  details: z.optional(data),
});

/** `account` is an id or a name, as in `standin_user`. */
export const whose = z.strictObject({ client: z.optional(text), account: z.optional(text) });

export const ruleInput = z.strictObject({ ...whose.shape, policy: policyInput });

export const familyInput = z.strictObject({
  client: text,
  account: text,
  scopes: texts,
  resources: z.optional(texts),
  parameters: z._default(z.record(text, text), {}),
});

export const familyChange = z.strictObject({ scopes: z.optional(texts), details: z.optional(data) });

export const expiryInput = z.union([
  z.strictObject({ token: text }),
  z.strictObject({ family: text, what: z.enum(['access', 'refresh', 'both']) }),
]);

const act = z.union([
  z.strictObject({
    kind: z.literal('answer'),
    status: z.int(),
    headers: z.optional(z.record(text, text)),
    body: z.optional(z.json()),
  }),
  z.strictObject({ kind: z.enum(['hang', 'reset', 'cut']) }),
  z.strictObject({ kind: z.literal('delay'), ms: z.number() }),
]);

export const faultInput = z.strictObject({
  match: z._default(
    z.strictObject({ ...whose.shape, family: z.optional(text), grant: z.optional(text) }),
    {},
  ),
  times: z._default(z.int(), 1),
  when: z.enum(['before', 'after']),
  act,
});
export const faultsInput = z.union([faultInput, z.array(faultInput)]);
