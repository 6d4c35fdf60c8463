import { JqlError } from './error.ts';
import { reservedWords } from './reserved.ts';
import { placeOf, scan, type Token } from './scan.ts';

export type Operator = '=' | '!=' | '>' | '>=' | '<' | '<=' | '~' | '!~' | 'in' | 'not in' | 'is' | 'is not';
export type Value =
  | { kind: 'text'; text: string; quoted: boolean }
  | { kind: 'function'; name: string; args: string[] }
  | { kind: 'empty' };
export type Operand = Value | { kind: 'list'; values: Value[] };
export type Clause = { kind: 'clause'; field: string; operator: Operator; operand: Operand };
export type Condition = Clause | { kind: 'and' | 'or'; parts: Condition[] };
export type Sort = { field: string; direction: 'asc' | 'desc' | null };
/** `where` is null in an unbounded query. */
export type Query = { where: Condition | null; order: Sort[] };

const comparisons = new Set(['=', '!=', '>', '>=', '<', '<=', '~', '!~']);
const validOperators =
  "The valid operators are '=', '!=', '<', '>', '<=', '>=', '~', '!~', 'IN', 'NOT IN', 'IS' and 'IS NOT'.";

const opposite: Record<Operator, Operator> = {
  '=': '!=',
  '!=': '=',
  '>': '<=',
  '>=': '<',
  '<': '>=',
  '<=': '>',
  '~': '!~',
  '!~': '~',
  in: 'not in',
  'not in': 'in',
  is: 'is not',
  'is not': 'is',
};

const keywords = new Set(['and', 'or', 'not', 'in', 'is', 'order', 'by', 'asc', 'desc', 'empty', 'null']);
const isKeyword = ({ kind, text }: Token): boolean => kind === 'word' && keywords.has(text.toLowerCase());

/**
 * `NOT field = value` and `field != value` are the same query, also where a field is empty
 * (https://support.atlassian.com/jira-work-management/docs/advanced-search-reference-jql-operators/).
 */
const negated = (condition: Condition): Condition =>
  condition.kind === 'clause'
    ? { ...condition, operator: opposite[condition.operator] }
    : { kind: condition.kind === 'and' ? 'or' : 'and', parts: condition.parts.map(negated) };

export const parse = (jql: string): Query => {
  const tokens = scan(jql);
  let position = 0;
  const peek = (ahead = 0): Token => tokens[position + ahead] ?? { kind: 'end', text: '', at: jql.length };
  const take = (): Token => {
    const token = peek();
    position += 1;
    return token;
  };
  const isAt = (texts: string[], ahead = 0): boolean => {
    const { kind, text } = peek(ahead);
    return (kind === 'word' || kind === 'symbol') && texts.includes(text.toLowerCase());
  };
  const eat = (...texts: string[]): boolean => {
    const found = isAt(texts);
    if (found) position += 1;
    return found;
  };
  const failed = (what: string, token: Token): JqlError =>
    new JqlError(`Error in the JQL Query: ${what} ${placeOf(jql, token.at)}`);

  const checkReserved = (token: Token): void => {
    if (token.kind !== 'word' || !reservedWords.has(token.text.toLowerCase())) return;
    throw failed(
      `'${token.text}' is a reserved JQL word. You must surround it in quotation marks to use it in a query.`,
      token,
    );
  };

  const fieldName = (): string => {
    const token = take();
    if (token.kind === 'end') {
      throw new JqlError('Error in the JQL Query: Expecting a field name at the end of the query.');
    }
    if (token.kind === 'symbol' || isKeyword(token)) {
      throw failed(
        `Expecting a field name but got '${token.text}'. You must surround '${token.text}' in quotation ` +
          'marks to use it as a field name.',
        token,
      );
    }
    checkReserved(token);
    return token.text;
  };

  const operator = (): Operator => {
    const token = take();
    const text = token.text.toLowerCase();
    if (token.kind === 'symbol' && comparisons.has(text)) return text as Operator;
    if (token.kind === 'word' && text === 'in') return 'in';
    if (token.kind === 'word' && text === 'is') return eat('not') ? 'is not' : 'is';
    if (token.kind === 'word' && text === 'not' && eat('in')) return 'not in';
    if (token.kind === 'word' && (text === 'was' || text === 'changed')) {
      throw new JqlError(`The stand-in for Jira does not know the operator '${token.text}'.`);
    }
    if (token.kind === 'end') {
      throw new JqlError(
        `Error in the JQL Query: Expecting operator before the end of the query. ${validOperators}`,
      );
    }
    throw failed(`Expecting operator but got '${token.text}'. ${validOperators}`, token);
  };

  const closed = <T>(inner: T): T => {
    if (eat(')')) return inner;
    if (peek().kind !== 'end') throw failed(`Expecting ')' but got '${peek().text}'.`, peek());
    throw new JqlError("Error in the JQL Query: Expecting ')' before the end of the query.");
  };

  const separated = <T>(item: () => T): T[] => {
    const items = [item()];
    while (eat(',')) items.push(item());
    return items;
  };

  const argument = (): string => {
    const token = take();
    if (token.kind === 'word' || token.kind === 'string') return token.text;
    throw failed(`Expecting an argument but got '${token.text}'.`, token);
  };

  const value = (): Value => {
    const token = take();
    if (token.kind === 'end') {
      throw new JqlError(
        'Error in JQL Query: Expecting either a value, list or function before the end of the query.',
      );
    }
    if (token.kind === 'string') return { kind: 'text', text: token.text, quoted: true };
    if (token.kind === 'word' && /^(empty|null)$/i.test(token.text)) return { kind: 'empty' };
    if (token.kind === 'symbol' || isKeyword(token)) {
      throw new JqlError(
        `Error in JQL Query: Expecting either a value, list or function but got '${token.text}'. You must ` +
          `surround '${token.text}' in quotation marks to use it as a value. ${placeOf(jql, token.at)}`,
      );
    }
    if (eat('(')) {
      const args = isAt([')']) ? [] : separated(argument);
      return { kind: 'function', name: token.text, args: closed(args) };
    }
    checkReserved(token);
    return { kind: 'text', text: token.text, quoted: false };
  };

  const clause = (): Clause => ({
    kind: 'clause',
    field: fieldName(),
    operator: operator(),
    operand: eat('(') ? { kind: 'list', values: closed(separated(value)) } : value(),
  });

  const term = (): Condition => {
    if (eat('not', '!')) return negated(term());
    return eat('(') ? closed(disjunction()) : clause();
  };

  const joined = (kind: 'and' | 'or', words: string[], part: () => Condition): Condition => {
    const first = part();
    const parts = [first];
    while (eat(...words)) parts.push(part());
    return parts.length === 1 ? first : { kind, parts };
  };
  const conjunction = (): Condition => joined('and', ['and', '&', '&&'], term);
  const disjunction = (): Condition => joined('or', ['or', '|', '||'], conjunction);

  const sort = (): Sort => {
    const field = fieldName();
    const direction = eat('asc') ? 'asc' : eat('desc') ? 'desc' : null;
    return { field, direction };
  };

  const isOrder = (): boolean => isAt(['order']) && isAt(['by'], 1);
  const where = isOrder() || peek().kind === 'end' ? null : disjunction();
  const hasOrder = isOrder();
  if (hasOrder) position += 2;
  const order = hasOrder ? separated(sort) : [];
  const rest = peek();
  if (rest.kind !== 'end') {
    const expected = hasOrder ? "Expecting ','" : "Expecting either 'OR' or 'AND'";
    throw failed(`${expected} but got '${rest.text}'.`, rest);
  }
  return { where, order };
};
