import * as z from 'zod/mini';
import type { Route } from '../../standin.ts';
import { isRefusal } from '../calendar/errors.ts';
import { type Calendar, calendarNamed, type GoogleState } from '../state.ts';

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
      if (isRefusal(error)) return { status: 400, body: error.answer.body };
      return { status: 400, body: { error: error instanceof Error ? error.message : String(error) } };
    }
  },
});

export const calendarFor = (state: GoogleState, id: string): Calendar => {
  const calendar = calendarNamed(state, id);
  if (!calendar) throw new Error(`no calendar ${id}`);
  return calendar;
};

export const text = z.string();
export const textOrNull = z._default(z.nullable(z.string()), null);
