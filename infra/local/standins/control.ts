import * as z from 'zod/mini';
import type { Route, StandinRequest } from './standin.ts';

/** Controls: how a test tells a stand-in what happens at the provider. A slip in a test is told, and not swallowed. */

/** With the code by which the provider refuses, where there is one. */
const told = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  return 'code' in error ? `${String(error.code)}: ${error.message}` : error.message;
};

export const answered =
  (run: (request: StandinRequest) => unknown): Route['handle'] =>
  (request) => {
    try {
      return { status: 200, body: run(request) ?? {} };
    } catch (error) {
      return { status: 400, body: { error: told(error) } };
    }
  };

export const control = <Schema extends z.ZodMiniType>(
  path: string,
  schema: Schema,
  run: (input: z.output<Schema>) => unknown,
): Route => ({
  method: 'POST',
  path: `/__standin/${path}`,
  handle: answered(({ body }) => run(schema.parse(JSON.parse(body.toString() || '{}')))),
});

/** Parts of their input. */
export const text = z.string();
export const isoDate = z.iso.datetime({ offset: true });
export const textOrNull = z._default(z.nullable(text), null);
