import * as z from 'zod/mini';
import { type Command, defineCommand } from './define.ts';
import { providerId } from './shapes.ts';

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
  payload: z.strictObject({
    name: z.enum(['legacy_passphrase']),
    /** Null removes it. */
    value: z.nullable(z.string().check(z.minLength(1))),
  }),
  timeout: 30,
  grants: ['table:read', 'table:write', 'credentials:seal'],
});

export const commands: readonly Command[] = [setApp, setSecret];
