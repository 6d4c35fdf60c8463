import { isVisible } from '../access.ts';
import { invalidSearch, refusal } from '../errors.ts';
import type { Exchange } from '../gateway.ts';
import { type Item, type Repository, repositoryByName, type State } from '../state.ts';
import {
  type Context,
  issueQualifiers,
  kinds,
  knownQualifiers,
  personNamed,
  type Test,
} from './issue-qualifiers.ts';
import { compile, parseQuery, type Query, type Term, wordsOf } from './query.ts';

/** `GET /search/issues`. */

const testOf = (term: Term, context: Context): Test => {
  if (term.kind === 'qualifier') {
    const test = issueQualifiers[term.key];
    if (!test) throw refusal(501, `The stand-in has no qualifier "${term.key}:" yet.`);
    const tests = term.values.map((value) => test(value, context));
    return (item) => tests.some((one) => one(item));
  }
  const text = wordsOf(term.text);
  return ({ title, body }) =>
    (context.fields.includes('title') && wordsOf(title).includes(text)) ||
    (context.fields.includes('body') && wordsOf(body ?? '').includes(text));
};

const positive = ({ qualifiers: all }: Query, ...keys: string[]): string[] =>
  all.filter(({ key, negated }) => !negated && keys.includes(key)).flatMap(({ values }) => values);

/** An organisation is searchable where the caller sees a repository of it; of several names one must be. */
const checkScope = (query: Query, context: Context): void => {
  const { state, exchange } = context;
  const seen = state.repositories.filter((one) => isVisible(state, exchange.caller, one));
  const found = [
    ...positive(query, 'org', 'user').map((value) => {
      const owner = personNamed(context, value);
      return owner?.type === 'User' || seen.some((one) => one.owner === owner?.id);
    }),
    ...positive(query, 'repo').map((value) => seen.some((one) => one === repositoryByName(state, value))),
  ];
  if (found.length > 0 && !found.includes(true)) {
    throw invalidSearch(
      'The listed users and repositories cannot be searched either because the resources do not exist or ' +
        'you do not have permission to view them.',
    );
  }
  for (const key of ['author', 'assignee', 'involves', 'mentions', 'review-requested']) {
    const people = positive(query, key).filter((value) => value !== '*');
    if (people.length > 0 && people.every((value) => personNamed(context, value) === null)) {
      throw invalidSearch(
        'The listed users cannot be searched either because the users do not exist or you do not have ' +
          'permission to view the users.',
      );
    }
  }
};

export const searchIssues = (
  state: State,
  exchange: Exchange,
  repositories: Repository[],
  advanced: boolean,
): { items: Item[]; sort: string | null } => {
  const query = parseQuery(exchange.request.query.get('q') ?? '', advanced, knownQualifiers);
  // Asked for since 2025; the older `type:` and `is:pr` still do.
  if (!positive(query, 'is', 'type').some((value) => value.toLowerCase() in kinds)) {
    throw refusal(422, "Query must include 'is:issue' or 'is:pull-request'");
  }
  const asked = positive(query, 'in').map((field) => field.toLowerCase());
  const context: Context = {
    state,
    exchange,
    repositories: new Map(repositories.map((one) => [one.id, one])),
    fields: asked.length > 0 ? asked : ['title', 'body'],
  };
  checkScope(query, context);
  const matches = compile<Item>(query.root, (term) => testOf(term, context));
  return {
    items: state.items.filter((item) => context.repositories.has(item.repository) && matches(item)),
    sort: positive(query, 'sort')[0] ?? null,
  };
};
