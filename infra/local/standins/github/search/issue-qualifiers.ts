import type { Exchange } from '../gateway.ts';
import { mentionsOf } from '../issues.ts';
import {
  type Account,
  accountByLogin,
  type Item,
  type Repository,
  repositoryByName,
  type State,
} from '../state.ts';
import { dateTest, numberTest } from './range.ts';

/** The qualifiers of "Searching issues and pull requests". */

export type Test = (item: Item) => boolean;
export type Context = {
  state: State;
  exchange: Exchange;
  repositories: Map<number, Repository>;
  /** Where words are looked for; without `in:` everywhere. */
  fields: string[];
};

const never: Test = () => false;
const always: Test = () => true;

export const personNamed = ({ state, exchange }: Context, value: string): Account | null =>
  value.toLowerCase() === '@me'
    ? exchange.caller.user
    : accountByLogin(state, value.toLowerCase().startsWith('app/') ? `${value.slice(4)}[bot]` : value);

const byPerson =
  (matches: (item: Item, account: Account) => boolean) =>
  (value: string, context: Context): Test => {
    const account = personNamed(context, value);
    return account ? (item) => matches(item, account) : never;
  };

const isAuthor = (item: Item, { id }: Account): boolean => item.author === id;
const isAssignee = (item: Item, { id }: Account): boolean => item.assignees.includes(id);
const isMentioned = (item: Item, { login }: Account): boolean =>
  mentionsOf(item).includes(login.toLowerCase());

const byOwner = (value: string, context: Context): Test => {
  const owner = personNamed(context, value);
  return (item) => owner !== null && context.repositories.get(item.repository)?.owner === owner.id;
};

const byRepository = (value: string, { state }: Context): Test => {
  const repository = repositoryByName(state, value);
  return (item) => item.repository === repository?.id;
};

export const kinds: Record<string, Test> = {
  issue: ({ pull }) => pull === null,
  pr: ({ pull }) => pull !== null,
  'pull-request': ({ pull }) => pull !== null,
};

const facts: Record<string, (item: Item, context: Context) => boolean> = {
  ...kinds,
  open: ({ state }) => state === 'open',
  closed: ({ state }) => state === 'closed',
  merged: ({ pull }) => pull !== null && pull.mergedAt !== null,
  unmerged: ({ pull }) => pull !== null && pull.mergedAt === null,
  draft: ({ pull }) => pull?.draft ?? false,
  public: ({ repository }, { repositories }) => repositories.get(repository)?.private === false,
  private: ({ repository }, { repositories }) => repositories.get(repository)?.private === true,
  locked: never,
  unlocked: always,
};

const missing: Record<string, Test> = {
  label: ({ labels }) => labels.length === 0,
  assignee: ({ assignees }) => assignees.length === 0,
  milestone: always,
  project: always,
};

/** Each gives the test of one value. */
export const issueQualifiers: Record<string, (value: string, context: Context) => Test> = {
  is: (value, context) => {
    const fact = facts[value.toLowerCase()];
    return fact ? (item) => fact(item, context) : never;
  },
  type: (value) => kinds[value.toLowerCase()] ?? never,
  state: (value) => (item) => item.state === value.toLowerCase(),
  draft: (value) => (item) => item.pull !== null && String(item.pull.draft) === value.toLowerCase(),
  author: byPerson(isAuthor),
  assignee: (value, context) =>
    value === '*' ? ({ assignees }) => assignees.length > 0 : byPerson(isAssignee)(value, context),
  mentions: byPerson(isMentioned),
  involves: byPerson(
    (item, account) => isAuthor(item, account) || isAssignee(item, account) || isMentioned(item, account),
  ),
  'review-requested': byPerson(({ pull }, { id }) => pull?.reviewers.includes(id) ?? false),
  org: byOwner,
  user: byOwner,
  repo: byRepository,
  label: (value) => (item) => item.labels.some((label) => label.toLowerCase() === value.toLowerCase()),
  no: (value) => missing[value.toLowerCase()] ?? never,
  head: (value) => (item) => item.pull?.head.startsWith(value) ?? false,
  base: (value) => (item) => item.pull?.base === value,
  reason: (value) => (item) => item.stateReason === value.toLowerCase().replace(' ', '_'),
  archived:
    (value, { repositories }) =>
    (item) =>
      String(repositories.get(item.repository)?.archived) === value.toLowerCase(),
  comments: (value) => {
    const test = numberTest(value);
    return ({ comments }) => test(comments);
  },
  created: (value) => {
    const test = dateTest(value);
    return ({ createdAt }) => test(createdAt);
  },
  updated: (value) => {
    const test = dateTest(value);
    return ({ updatedAt }) => test(updatedAt);
  },
  closed: (value) => {
    const test = dateTest(value);
    return ({ closedAt }) => test(closedAt);
  },
  merged: (value) => {
    const test = dateTest(value);
    return ({ pull }) => test(pull?.mergedAt ?? null);
  },
  in: () => always,
  sort: () => always,
};

/** GitHub has these too; a test that needs one should hear that the stand-in does not. */
const notBuilt = (
  'commenter team milestone project status language interactions reactions review reviewed-by ' +
  'user-review-requested team-review-requested linked sha parent-issue sub-issue'
).split(' ');

export const knownQualifiers = new Set([...Object.keys(issueQualifiers), ...notBuilt]);
