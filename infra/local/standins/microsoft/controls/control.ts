import * as z from 'zod/mini';
import type { Route } from '../../standin.ts';
import { isRefusal } from '../graph/errors.ts';
import { type MicrosoftState, type Tenant, tenantNamed, type User, userNamed } from '../state.ts';

/** One control: a schema for its body, so that a slip in a test is told and not swallowed. */
export const control = <Schema extends z.ZodMiniType>(
  path: string,
  schema: Schema,
  run: (input: z.output<Schema>) => unknown,
): Route => ({
  method: 'POST',
  path: `/__standin/${path}`,
  handle: ({ body }) => {
    try {
      const input = schema.parse(JSON.parse(body.toString() || '{}'));
      return { status: 200, body: run(input) ?? {} };
    } catch (error) {
      const code = isRefusal(error) ? `${error.code}: ` : '';
      return {
        status: 400,
        body: { error: `${code}${error instanceof Error ? error.message : String(error)}` },
      };
    }
  },
});

export const text = z.string();

export const userFor = (state: MicrosoftState, name: string): User => {
  const user = userNamed(state, name);
  if (!user) throw new Error(`no user ${name}`);
  return user;
};

export const tenantFor = (state: MicrosoftState, name: string): Tenant => {
  const tenant = tenantNamed(state, name);
  if (!tenant) throw new Error(`no tenant ${name}`);
  return tenant;
};
