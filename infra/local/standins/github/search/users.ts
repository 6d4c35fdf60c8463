import { invalidSearch, refusal } from '../errors.ts';
import { type Account, accountByLogin, type State } from '../state.ts';
import { compile, parseQuery, type Query, type Term, wordsOf } from './query.ts';
import { dateTest, numberTest } from './range.ts';

/** `GET /search/users`, after "Searching users". */

type Test = (account: Account) => boolean;

const types: Record<string, Account['type']> = { user: 'User', org: 'Organization' };

const ownedBy = (state: State, { id }: Account): number =>
  state.repositories.filter((one) => one.owner === id && !one.private).length;

const qualifiers: Record<string, (value: string, state: State) => Test> = {
  type: (value) => (account) => account.type === types[value.toLowerCase()],
  user: (value, state) => (account) => account === accountByLogin(state, value),
  org: (value, state) => (account) => account === accountByLogin(state, value),
  fullname: (value) => (account) => wordsOf(account.name ?? '').includes(wordsOf(value)),
  location: (value) => (account) => wordsOf(account.location ?? '').includes(wordsOf(value)),
  repos: (value, state) => {
    const test = numberTest(value);
    return (account) => test(ownedBy(state, account));
  },
  followers: (value) => {
    const test = numberTest(value);
    return () => test(0);
  },
  created: (value) => {
    const test = dateTest(value);
    return ({ createdAt }) => test(createdAt);
  },
  in: () => () => true,
  sort: () => () => true,
};

const notBuilt = ['language', 'is'];
const known = new Set([...Object.keys(qualifiers), ...notBuilt]);

/** Words of a login may be begun only; those of a name are whole. */
const startsWord = (text: string, beginning: string): boolean => wordsOf(text).includes(beginning.trimEnd());

/** A whole address or what stands before the `@`: "you cannot search by email domain name". */
const hasEmail = ({ email }: Account, text: string): boolean =>
  email !== null && (wordsOf(email) === text || wordsOf(email.split('@')[0] ?? '').includes(text));

const fields: Record<string, (account: Account, text: string) => boolean> = {
  login: ({ login }, text) => startsWord(login, text),
  name: ({ name }, text) => wordsOf(name ?? '').includes(text),
  fullname: ({ name }, text) => wordsOf(name ?? '').includes(text),
  email: hasEmail,
};

const testOf = (state: State, term: Term, searched: string[]): Test => {
  if (term.kind === 'qualifier') {
    const test = qualifiers[term.key];
    if (!test) throw refusal(501, `The stand-in has no qualifier "${term.key}:" yet.`);
    const tests = term.values.map((value) => test(value, state));
    return (account) => tests.some((one) => one(account));
  }
  const text = wordsOf(term.text);
  return (account) => searched.some((field) => fields[field]?.(account, text) ?? false);
};

export const requireTerms = ({ words, qualifiers: all }: Query): void => {
  if (words === 0 && all.every(({ key }) => key === 'in' || key === 'sort')) {
    throw invalidSearch('None of the search qualifiers apply to this search type.');
  }
};

export const searchUsers = (state: State, q: string): Account[] => {
  const query = parseQuery(q, false, known);
  requireTerms(query);
  const asked = query.qualifiers.filter(({ key }) => key === 'in').flatMap(({ values }) => values);
  const searched = asked.length > 0 ? asked : ['login', 'email'];
  const matches = compile<Account>(query.root, (term) => testOf(state, term, searched));
  return state.accounts.filter((account) => account.type !== 'Bot' && matches(account));
};
