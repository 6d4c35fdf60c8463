import * as z from 'zod/mini';
import { control, isoDate, textOrNull } from '../../control.ts';
import { type Route, standinNow } from '../../standin.ts';
import { type Item, isoTime, nextNumber, type State, takeId } from '../state.ts';
import { accountIds, accountNamed, list, repositoryNamed } from './named.ts';

const time = z.optional(z.union([isoDate, z.strictObject({ from: isoDate, to: isoDate })]));
type Time = z.output<typeof time>;

const common = {
  repository: z.string(),
  author: z.string(),
  count: z._default(z.int().check(z.positive()), 1),
  title: z._default(z.string(), 'Item {n}'),
  body: textOrNull,
  assignees: list,
  labels: list,
  comments: z._default(z.int(), 0),
  created: time,
  updated: time,
  closed: time,
};

const issuesInput = z.strictObject({ ...common, state: z._default(z.enum(['open', 'closed']), 'open') });
const pullsInput = z.strictObject({
  ...common,
  state: z._default(z.enum(['open', 'draft', 'closed', 'merged']), 'open'),
  reviewers: list,
  merged: time,
});
const which = z.strictObject({ repository: z.string(), number: z.int() });
type Input = z.output<typeof issuesInput> & Partial<z.output<typeof pullsInput>>;

/** The time of one item, evenly spread from the first to the last. */
const timeOf = (given: Time, place: number, count: number): number | undefined => {
  if (given === undefined) return undefined;
  if (typeof given === 'string') return Date.parse(given);
  const [from, to] = [Date.parse(given.from), Date.parse(given.to)];
  return from + (count === 1 ? 0 : ((to - from) * place) / (count - 1));
};

const itemOf = (
  state: State,
  input: Omit<Input, 'state'> & { state: 'open' | 'draft' | 'closed' | 'merged' },
  isPull: boolean,
  place: number,
  number: number,
): Item => {
  const { count } = input;
  const created = timeOf(input.created, place, count) ?? standinNow();
  const over = input.state === 'closed' || input.state === 'merged';
  const merged = timeOf(input.merged, place, count);
  const closed = over ? (timeOf(input.closed, place, count) ?? merged ?? standinNow()) : null;
  const updated = timeOf(input.updated, place, count) ?? Math.max(created, closed ?? created);
  const author = accountNamed(state, input.author).id;
  return {
    id: takeId(state),
    repository: repositoryNamed(state, input.repository).id,
    number,
    pull: isPull
      ? {
          draft: input.state === 'draft',
          mergedAt: input.state === 'merged' ? isoTime(merged ?? closed ?? created) : null,
          mergedBy: input.state === 'merged' ? author : null,
          reviewers: accountIds(state, input.reviewers ?? []),
          head: `change-${number}`,
          base: 'main',
        }
      : null,
    title: input.title.replaceAll('{n}', String(place + 1)),
    body: input.body,
    author,
    assignees: accountIds(state, input.assignees),
    labels: input.labels,
    comments: input.comments,
    state: over ? 'closed' : 'open',
    stateReason: !isPull && over ? 'completed' : null,
    closedBy: over ? author : null,
    createdAt: isoTime(created),
    updatedAt: isoTime(updated),
    closedAt: closed === null ? null : isoTime(closed),
  };
};

const add = (state: State, input: Parameters<typeof itemOf>[1], isPull: boolean) => {
  const first = nextNumber(state, repositoryNamed(state, input.repository));
  const numbers = Array.from({ length: input.count }, (_, place) => first + place);
  state.items.push(...numbers.map((number, place) => itemOf(state, input, isPull, place, number)));
  return { numbers };
};

const remove = (state: State, { repository, number }: z.output<typeof which>) => {
  const { id } = repositoryNamed(state, repository);
  const kept = state.items.filter((item) => item.repository !== id || item.number !== number);
  if (kept.length === state.items.length) throw new Error(`no ${repository}#${number}`);
  state.items = kept;
};

export const itemControls = (state: State): Route[] => [
  control('items/delete', which, (input) => remove(state, input)),
  control('pulls', pullsInput, (input) => add(state, input, true)),
  control('issues', issuesInput, (input) => add(state, input, false)),
];
