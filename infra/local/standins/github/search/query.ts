import { invalidSearch } from '../errors.ts';

/** The search language: words, phrases and qualifiers, joined by operators. */

export type Word = { kind: 'word'; text: string };
export type Qualifier = { kind: 'qualifier'; key: string; values: string[] };
export type Term = Word | Qualifier;
export type Node = Term | { kind: 'not'; node: Node } | { kind: 'and' | 'or'; nodes: Node[] };
export type Query = {
  root: Node;
  /** All of them, wherever they stand. */
  qualifiers: (Qualifier & { negated: boolean })[];
  words: number;
};

type Operator = 'AND' | 'OR' | 'NOT';
type Token =
  | { kind: 'term'; term: Term; negated: boolean }
  | { kind: 'operator'; operator: Operator }
  | { kind: 'open' }
  | { kind: 'close' };

const patterns = {
  flat: /\s*(?:(-)?([a-z][a-z-]*):((?:"[^"]*"?|[^\s"])+)|(-)?(?:"([^"]*)"?|(\S+)))/giy,
  // In the advanced syntax a parenthesis ends a word, and stands for itself.
  nested: /\s*(?:([()])|(-)?([a-z][a-z-]*):((?:"[^"]*"?|[^\s"()])+)|(-)?(?:"([^"]*)"?|([^\s()]+)))/giy,
};

const valuesOf = (text: string): string[] =>
  [...text.matchAll(/"([^"]*)"?|([^",]+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');

const isOperator = (text: string): text is Operator => ['AND', 'OR', 'NOT'].includes(text);

const tokenOf = (
  known: ReadonlySet<string>,
  minus: string | undefined,
  key: string | undefined,
  value: string | undefined,
  text: string,
  phrase: boolean,
): Token => {
  const negated = minus !== undefined;
  if (key !== undefined && value !== undefined) {
    // A qualifier the search does not know is looked for as text.
    const term: Term = known.has(key.toLowerCase())
      ? { kind: 'qualifier', key: key.toLowerCase(), values: valuesOf(value) }
      : { kind: 'word', text: `${key}:${value}` };
    return { kind: 'term', term, negated };
  }
  if (!phrase && !negated && isOperator(text)) return { kind: 'operator', operator: text };
  return { kind: 'term', term: { kind: 'word', text }, negated };
};

const flatTokens = (q: string, known: ReadonlySet<string>): Token[] =>
  [...q.matchAll(patterns.flat)].map(([, minus, key, value, wordMinus, phrase, word]) =>
    tokenOf(known, minus ?? wordMinus, key, value, phrase ?? word ?? '', phrase !== undefined),
  );

const nestedTokens = (q: string, known: ReadonlySet<string>): Token[] =>
  [...q.matchAll(patterns.nested)].map(([, bracket, minus, key, value, wordMinus, phrase, word]) =>
    bracket
      ? { kind: bracket === '(' ? 'open' : 'close' }
      : tokenOf(known, minus ?? wordMinus, key, value, phrase ?? word ?? '', phrase !== undefined),
  );

const joined = (kind: 'and' | 'or', nodes: Node[]): Node =>
  nodes.length === 1 && nodes[0] ? nodes[0] : { kind, nodes };

const signed = ({ term, negated }: { term: Term; negated: boolean }): Node =>
  negated ? { kind: 'not', node: term } : term;

/** `OR` binds weakest; what stands side by side must all hold. */
const parse = (tokens: Token[]): Node => {
  let at = 0;
  const isNext = (operator: Operator): boolean => {
    const token = tokens[at];
    return token?.kind === 'operator' && token.operator === operator;
  };
  const factor = (): Node | null => {
    const token = tokens[at];
    at += 1;
    if (!token) return null;
    if (token.kind === 'term') return signed(token);
    if (token.kind === 'open') {
      const inner = alternatives();
      at += 1;
      return inner;
    }
    if (token.kind === 'operator' && token.operator === 'NOT') {
      const node = factor();
      return node && { kind: 'not', node };
    }
    return null;
  };
  const conjunction = (): Node => {
    const nodes: Node[] = [];
    while (at < tokens.length && tokens[at]?.kind !== 'close' && !isNext('OR')) {
      const node = factor();
      if (node) nodes.push(node);
    }
    return joined('and', nodes);
  };
  const alternatives = (): Node => {
    const nodes = [conjunction()];
    while (isNext('OR')) {
      at += 1;
      nodes.push(conjunction());
    }
    return joined('or', nodes);
  };
  return alternatives();
};

/**
 * In the flat syntax operators join words only, and repeated qualifiers of one group are alternatives:
 * owners and repositories, visibility, and a person in the same role.
 */
const groupOf = ({ key, values }: Qualifier): string | null => {
  if (['repo', 'org', 'user'].includes(key)) return 'scope';
  if (key === 'is' && ['public', 'private'].includes(values[0]?.toLowerCase() ?? '')) return 'visibility';
  return ['author', 'assignee', 'involves', 'mentions', 'review-requested'].includes(key) ? key : null;
};

const flatRoot = (tokens: Token[]): Node => {
  const groups = new Map<string, Node[]>();
  const nodes: Node[] = [];
  const text: Token[] = [];
  for (const token of tokens) {
    if (token.kind !== 'term' || token.term.kind === 'word') {
      text.push(token);
      continue;
    }
    const group = token.negated ? null : groupOf(token.term);
    if (group) groups.set(group, [...(groups.get(group) ?? []), token.term]);
    else nodes.push(signed({ term: token.term, negated: token.negated }));
  }
  if (text.length > 0 && text.every(({ kind }) => kind === 'operator')) {
    throw invalidSearch(
      'The search contains only logical operators (AND / OR / NOT) without any search terms.',
    );
  }
  const alternatives = [...groups.values()].map((group) => joined('or', group));
  return { kind: 'and', nodes: [...(text.length > 0 ? [parse(text)] : []), ...nodes, ...alternatives] };
};

/**
 * How long GitHub finds a query. The REST page counts without qualifiers, "Troubleshooting search queries"
 * counts it whole, and in practice a space between words weighs as much as three characters: the longest
 * of these decides here.
 */
const lengthOf = (q: string, tokens: Token[]): number => {
  const words = tokens.flatMap((token) =>
    token.kind === 'term' && token.term.kind === 'word' ? [token.term.text.length] : [],
  );
  const spaced = words.reduce((sum, length) => sum + length, 0) + 3 * Math.max(0, words.length - 1);
  return Math.max(q.length, spaced);
};

/** `known`: the qualifiers of this kind of search. */
export const parseQuery = (q: string, advanced: boolean, known: ReadonlySet<string>): Query => {
  const tokens = advanced ? nestedTokens(q, known) : flatTokens(q, known);
  if (lengthOf(q, tokens) > 256) throw invalidSearch('The search is longer than 256 characters.');
  if (tokens.filter(({ kind }) => kind === 'operator').length > 5) {
    throw invalidSearch('More than five AND / OR / NOT operators were used.');
  }
  const terms = tokens.flatMap((token) => (token.kind === 'term' ? [token] : []));
  return {
    root: advanced ? parse(tokens) : flatRoot(tokens),
    qualifiers: terms.flatMap(({ term, negated }) =>
      term.kind === 'qualifier' ? [{ ...term, negated }] : [],
    ),
    words: terms.filter(({ term }) => term.kind === 'word').length,
  };
};

/** Turns a query into one test, each term compiled once. */
export const compile = <T>(
  node: Node,
  testOf: (term: Term) => (document: T) => boolean,
): ((document: T) => boolean) => {
  if (node.kind === 'word' || node.kind === 'qualifier') return testOf(node);
  if (node.kind === 'not') {
    const inner = compile(node.node, testOf);
    return (document) => !inner(document);
  }
  const inner = node.nodes.map((one) => compile(one, testOf));
  return node.kind === 'and'
    ? (document) => inner.every((test) => test(document))
    : (document) => inner.some((test) => test(document));
};

/** Words are matched whole and without case; a phrase as a row of words. */
export const wordsOf = (text: string): string => {
  const words = text.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? [];
  return ` ${words.join(' ')} `;
};
