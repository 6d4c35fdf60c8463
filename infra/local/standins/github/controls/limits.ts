import * as z from 'zod/mini';
import { control, textOrNull } from '../../control.ts';
import type { Route } from '../../standin.ts';
import { enforceLimit } from '../limits.ts';
import type { State } from '../state.ts';
import { refusalStatus } from './named.ts';

const token = textOrNull;
const resource = z.enum(['core', 'search']);

const rateInput = z.union([
  z.strictObject({ resource, token, off: z.literal(true) }),
  z.strictObject({
    resource,
    token,
    limit: z.int(),
    remaining: z.optional(z.int()),
    resetInSeconds: z.optional(z.int()),
    status: refusalStatus,
  }),
]);

const secondaryInput = z.strictObject({
  token,
  times: z.int(),
  retryAfter: z._default(z.nullable(z.int()), null),
  status: refusalStatus,
});

const searchInput = z.strictObject({
  incomplete: z._default(z.int(), 0),
  keep: z._default(z.nullable(z.int()), null),
  advanced: z.optional(z.boolean()),
});

const setRate = (state: State, input: z.output<typeof rateInput>): void => {
  if ('off' in input) {
    state.rateRules = state.rateRules.filter(
      (rule) => rule.resource !== input.resource || rule.token !== input.token,
    );
    return;
  }
  const { remaining, resetInSeconds, ...rule } = input;
  enforceLimit(state, rule, { remaining, resetInSeconds });
};

export const limitControls = (state: State): Route[] => [
  control('rate-limits', rateInput, (input) => setRate(state, input)),
  control('secondary-limits', secondaryInput, (input) => {
    state.secondaryRules.push(input);
  }),
  control('search', searchInput, ({ incomplete, keep, advanced = state.search.advanced }) => {
    state.search = { incomplete, keep, advanced };
  }),
];
