import type { Issue } from '../state.ts';
import { dateFunction, dateOf } from './dates.ts';
import { JqlError } from './error.ts';
import { type Context, type Field, fields } from './fields.ts';
import { type Clause, type Condition, type Operator, parse, type Sort, type Value } from './parse.ts';
import { textMatcher } from './text.ts';

type Test = (issue: Issue) => boolean;
type Choice = Extract<Field, { kind: 'choice' | 'user' }>;
type DateField = Extract<Field, { kind: 'date' }>;

const mostSorts = 7;
const dateFormats =
  "Valid formats include: 'yyyy/MM/dd HH:mm', 'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a period " +
  "format e.g. '-5d', '4w 2d'.";

const written = (value: Value): string =>
  value.kind === 'text' ? `"${value.text}"` : value.kind === 'empty' ? 'EMPTY' : `${value.name}()`;

const fieldNamed = (name: string, { user }: Context): Field => {
  const field = Object.hasOwn(fields, name.toLowerCase()) ? fields[name.toLowerCase()] : undefined;
  if (field && (user || field.kind !== 'user')) return field;
  throw new JqlError(
    user
      ? `Field '${name}' does not exist or you do not have permission to view it.`
      : `Field '${name}' does not exist or this field cannot be viewed by anonymous users.`,
  );
};

const valuesOf = ({ field, operator, operand }: Clause): Value[] => {
  const isMany = operator === 'in' || operator === 'not in';
  if (operand.kind === 'list' && !isMany) {
    const list = operand.values.map(written).join(', ');
    throw new JqlError(
      `Operator '${operator}' does not support the list value '(${list})' for field '${field}'.`,
    );
  }
  if (operand.kind === 'list') return operand.values;
  if (isMany) {
    throw new JqlError(
      `Operator '${operator}' does not support the non-list value '${written(operand)}' ` +
        `for field '${field}'.`,
    );
  }
  return [operand];
};

const compares = (operator: Operator, difference: number): boolean =>
  ({ '>': difference > 0, '>=': difference >= 0, '<': difference < 0, '<=': difference <= 0 })[
    operator as '>' | '>=' | '<' | '<='
  ];

const idsOf = (value: Value, name: string, field: Choice, context: Context): string[] => {
  if (value.kind === 'empty') return [];
  if (value.kind === 'function') {
    if (field.kind === 'user' && /^currentuser$/i.test(value.name) && context.user) {
      return [context.user.accountId];
    }
    if (!/^(currentuser|now|(start|end)of(day|week|month|year))$/i.test(value.name)) {
      throw new JqlError(`Unable to find JQL function '${value.name}(${value.args.join(', ')})'.`);
    }
    throw new JqlError(
      `A value provided by the function '${value.name}' is invalid for the field '${name}'.`,
    );
  }
  const meaning = field.find(value.text, context) ?? {
    problem: (field) => `The value '${value.text}' does not exist for the field '${field}'.`,
  };
  if ('ids' in meaning) return meaning.ids;
  throw new JqlError(meaning.problem(name));
};

const choiceTest = (clause: Clause, field: Choice, context: Context): Test => {
  const { operator } = clause;
  const values = valuesOf(clause);
  const wanted = values.flatMap((value) => idsOf(value, clause.field, field, context));
  const takesEmpty = values.some(({ kind }) => kind === 'empty');
  const held = (issue: Issue): string[] => field.ids(issue, context.site);
  if (operator === '=' || operator === 'in' || operator === 'is') {
    return (issue) => {
      const ids = held(issue);
      return ids.length === 0 ? takesEmpty : ids.some((id) => wanted.includes(id));
    };
  }
  // An empty field is never "not equal" to something: https://confluence.atlassian.com/x/egORLQ
  if (operator === '!=' || operator === 'not in' || operator === 'is not') {
    return (issue) => held(issue).length > 0 && !held(issue).some((id) => wanted.includes(id));
  }
  return (issue) =>
    wanted.some((id) => {
      const difference = field.compare?.(issue, id, context.site) ?? null;
      return difference !== null && compares(operator, difference);
    });
};

const instantOf = (value: Value, name: string, { user, now }: Context): number | null => {
  const timeZone = user?.timeZone ?? 'UTC';
  if (value.kind === 'empty') return null;
  if (value.kind === 'function') {
    const at = dateFunction(value.name, value.args, timeZone, now);
    if (at !== null) return at;
    throw new JqlError(
      /^currentuser$/i.test(value.name)
        ? `A date for the field '${name}' provided by the function '${value.name}' is not valid.`
        : `Unable to find JQL function '${value.name}(${value.args.join(', ')})'.`,
    );
  }
  const at = dateOf(value.text, value.quoted, timeZone, now);
  if (at !== null) return at;
  throw new JqlError(`Date value '${value.text}' for field '${name}' is invalid. ${dateFormats}`);
};

const inSeconds = (at: number): number => Math.floor(at / 1000);

const dateTest = (clause: Clause, field: DateField, context: Context): Test => {
  const { operator } = clause;
  const instants = valuesOf(clause).map((value) => instantOf(value, clause.field, context));
  const isAny = (issue: Issue): boolean =>
    instants.some((at) => at !== null && inSeconds(at) === inSeconds(field.at(issue)));
  if (operator === '=' || operator === 'in' || operator === 'is') return isAny;
  if (operator === '!=' || operator === 'not in' || operator === 'is not') return (issue) => !isAny(issue);
  const [at = null] = instants;
  return (issue) => at !== null && compares(operator, field.at(issue) - at);
};

const clauseTest = (clause: Clause, context: Context): Test => {
  const field = fieldNamed(clause.field, context);
  const { operator, operand } = clause;
  if (!field.operators.includes(operator)) {
    throw new JqlError(`The operator '${operator}' is not supported by the '${clause.field}' field.`);
  }
  const isEmptiness = operator === 'is' || operator === 'is not';
  if (isEmptiness && operand.kind !== 'empty') {
    throw new JqlError(`The operator '${operator}' of the field '${clause.field}' takes only EMPTY or NULL.`);
  }
  if (field.kind === 'date') return dateTest(clause, field, context);
  if (field.kind !== 'text') return choiceTest(clause, field, context);
  if (isEmptiness) return (issue) => (field.texts(issue).length === 0) === (operator === 'is');

  const [value] = valuesOf(clause);
  const matches = textMatcher(value?.kind === 'text' ? value.text : '', clause.field);
  return operator === '~'
    ? (issue) => field.texts(issue).some(matches)
    : (issue) => field.texts(issue).length > 0 && !field.texts(issue).some(matches);
};

/** Collects the faults of all clauses, as Jira names them all at once. */
const conditionTest = (condition: Condition, context: Context, faults: string[]): Test => {
  if (condition.kind === 'clause') {
    try {
      return clauseTest(condition, context);
    } catch (error) {
      if (!(error instanceof JqlError)) throw error;
      faults.push(...error.messages);
      return () => false;
    }
  }
  const parts = condition.parts.map((part) => conditionTest(part, context, faults));
  return condition.kind === 'and'
    ? (issue) => parts.every((test) => test(issue))
    : (issue) => parts.some((test) => test(issue));
};

const comparator = (order: Sort[], context: Context, faults: string[]) => {
  const sorts = order.flatMap(({ field: name, direction }) => {
    const field = Object.hasOwn(fields, name.toLowerCase()) ? fields[name.toLowerCase()] : undefined;
    if (!field) faults.push(`Field '${name}' does not exist or you do not have permission to view it.`);
    else if (!field.sort) faults.push(`Not able to sort using field '${name}'.`);
    const sign = (direction ?? (field?.descending ? 'desc' : 'asc')) === 'desc' ? -1 : 1;
    return field?.sort ? [{ key: field.sort, sign }] : [];
  });
  return (left: Issue, right: Issue): number => {
    for (const { key, sign } of sorts) {
      const [a, b] = [key(left, context.site), key(right, context.site)];
      if (a === b) continue;
      if (a === null || b === null) return a === null ? sign : -sign;
      return a < b ? -sign : sign;
    }
    return right.id - left.id;
  };
};

/** What a query finds, in its order; null when it is unbounded. Throws what Jira refuses. */
export const find = (jql: string, context: Context): Issue[] | null => {
  const { where, order } = parse(jql);
  if (!where) return null;
  const faults: string[] = [];
  const test = conditionTest(where, context, faults);
  const compare = comparator(order, context, faults);
  if (order.length > mostSorts) faults.push(`The ORDER BY clause takes at most ${mostSorts} fields.`);
  if (faults.length > 0) throw new JqlError(...faults);
  return context.site.issues.filter(test).toSorted(compare);
};
