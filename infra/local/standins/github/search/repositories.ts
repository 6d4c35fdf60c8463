import { refusal } from '../errors.ts';
import { accountByLogin, type Repository, repositoryByName, type State } from '../state.ts';
import { compile, parseQuery, type Term, wordsOf } from './query.ts';
import { dateTest, numberTest } from './range.ts';
import { requireTerms } from './users.ts';

/** `GET /search/repositories`, after "Searching for repositories". */

type Test = (repository: Repository) => boolean;

const byOwner =
  (value: string, state: State, caller: string | null): Test =>
  ({ owner }) =>
    owner === accountByLogin(state, value === '@me' ? (caller ?? '') : value)?.id;

const byDate =
  (timeOf: (repository: Repository) => string) =>
  (value: string): Test => {
    const test = dateTest(value);
    return (repository) => test(timeOf(repository));
  };

const qualifiers: Record<string, (value: string, state: State, caller: string | null) => Test> = {
  is: (value) => (one) => value.toLowerCase() === (one.private ? 'private' : 'public'),
  user: byOwner,
  org: byOwner,
  repo: (value, state) => (one) => one === repositoryByName(state, value),
  archived: (value) => (one) => String(one.archived) === value.toLowerCase(),
  // Forks are found only where the query asks for them.
  fork: () => () => true,
  language: (value) => (one) => one.language?.toLowerCase() === value.toLowerCase(),
  topic: (value) => (one) => one.topics.includes(value.toLowerCase()),
  stars: (value) => {
    const test = numberTest(value);
    return ({ stars }) => test(stars);
  },
  created: byDate(({ createdAt }) => createdAt),
  pushed: byDate(({ pushedAt }) => pushedAt),
  in: () => () => true,
  sort: () => () => true,
};

const notBuilt = 'size followers forks topics license mirror template props'.split(' ');
const known = new Set([...Object.keys(qualifiers), ...notBuilt]);

const fields: Record<string, (repository: Repository) => string> = {
  name: ({ name }) => name,
  description: ({ description }) => description ?? '',
  topics: ({ topics }) => topics.join(' '),
  readme: () => '',
};

const testOf = (state: State, caller: string | null, term: Term, searched: string[]): Test => {
  if (term.kind === 'qualifier') {
    const test = qualifiers[term.key];
    if (!test) throw refusal(501, `The stand-in has no qualifier "${term.key}:" yet.`);
    const tests = term.values.map((value) => test(value, state, caller));
    return (repository) => tests.some((one) => one(repository));
  }
  const text = wordsOf(term.text);
  return (repository) => searched.some((field) => wordsOf(fields[field]?.(repository) ?? '').includes(text));
};

export const searchRepositories = (
  state: State,
  repositories: Repository[],
  caller: string | null,
  q: string,
): Repository[] => {
  const query = parseQuery(q, false, known);
  requireTerms(query);
  const valuesOf = (key: string): string[] =>
    query.qualifiers.filter((one) => one.key === key).flatMap(({ values }) => values);
  const asked = valuesOf('in');
  const searched = asked.length > 0 ? asked : ['name', 'description', 'topics'];
  const forks = valuesOf('fork')[0];
  const matches = compile<Repository>(query.root, (term) => testOf(state, caller, term, searched));
  return repositories.filter(
    (one) => (forks === 'only' ? one.fork : forks === 'true' || !one.fork) && matches(one),
  );
};
