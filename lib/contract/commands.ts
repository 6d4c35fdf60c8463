import * as z from 'zod/mini';
import { type Command, defineCommand } from './define.ts';
import { Entity, foreignId, providerId } from './shapes.ts';

/** What operators do: functions that are invoked directly, by whoever may invoke them, and by no route. */

export const setApp = defineCommand({
  id: 'set-app',
  summary: "Sets the environment's OAuth app of a provider, or removes it",
  payload: z.strictObject({
    provider: providerId,
    /** Null removes it. */
    app: z.nullable(
      z.strictObject({
        clientId: z.string().check(z.minLength(1)),
        clientSecret: z.string().check(z.minLength(1)),
        settings: z._default(z.record(z.string(), z.string()), {}),
      }),
    ),
  }),
  timeout: 30,
  grants: ['table:read', 'table:write', 'credentials:seal'],
});

export const setSecret = defineCommand({
  id: 'set-secret',
  summary: 'Sets a secret of the environment, sealed in the table, or removes it',
  /** Null removes it. */
  payload: z.union([
    z.strictObject({
      name: z.literal('legacy_passphrase'),
      value: z.nullable(z.string().check(z.minLength(1))),
    }),
    z.strictObject({
      /** The end of the address Clerk sends its news to: nobody must guess it. */
      name: z.literal('clerk_address'),
      value: z.nullable(z.string().check(z.regex(/^[A-Za-z0-9_-]{32,200}$/))),
    }),
    z.strictObject({
      /** What Clerk signs with; two of them, apart by a space, while one takes the other's place. */
      name: z.literal('clerk_signing_secrets'),
      value: z.nullable(
        z.string().check(z.regex(/^whsec_[A-Za-z0-9+/]{32,100}={0,2}( whsec_[A-Za-z0-9+/]{32,100}={0,2})?$/)),
      ),
    }),
  ]),
  timeout: 30,
  grants: ['table:read', 'table:write', 'credentials:seal'],
});

export const rotateKeys = defineCommand({
  id: 'rotate-keys',
  summary: 'Gives organisations new data keys, or wraps those they have anew, while everything goes on',
  payload: z.strictObject({
    /** `wrapping` after the KMS key was rotated or replaced. */
    keys: z.enum(['data', 'wrapping']),
    /** Null: every organisation, and the environment itself. */
    organizationId: z.nullable(foreignId()),
  }),
  timeout: 900,
  grants: ['table:read', 'jobs:send:reseal'],
});

export const eraseSubject = defineCommand({
  id: 'erase',
  summary: 'Erases what is held of an organisation, of a user, or of an entity of an organisation',
  payload: z.union([
    z.strictObject({ kind: z.literal('organization'), organizationId: foreignId() }),
    /** Without an organisation: in every one. */
    z.strictObject({
      kind: z.literal('user'),
      organizationId: z.nullable(foreignId()),
      userId: foreignId(),
    }),
    z.strictObject({ kind: z.literal('entity'), organizationId: foreignId(), entity: Entity }),
  ]),
  timeout: 30,
  grants: ['table:read', 'table:write', 'jobs:send:erase'],
});

export const commands: readonly Command[] = [setApp, setSecret, rotateKeys, eraseSubject];
