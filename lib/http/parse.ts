import * as z from 'zod/mini';
import type { FieldError } from '../errors/error.ts';
import { AppError } from '../errors/error.ts';

type Issue = z.core.$ZodIssue;

const valueAt = (input: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined,
    input,
  );

const size = (
  issue: { origin: string; inclusive?: boolean },
  bound: unknown,
  word: 'least' | 'most',
): string => {
  if (issue.origin === 'string') return `must have at ${word} ${String(bound)} characters`;
  if (issue.origin === 'array') return `must have at ${word} ${String(bound)} entries`;
  return `must be at ${word} ${String(bound)}`;
};

const sentence = (issue: Issue, input: unknown): string => {
  if (issue.code === 'invalid_type')
    return valueAt(input, issue.path) === undefined ? 'is required' : `must be of type ${issue.expected}`;
  if (issue.code === 'too_small') return size(issue, issue.minimum, 'least');
  if (issue.code === 'too_big') return size(issue, issue.maximum, 'most');
  if (issue.code === 'invalid_value')
    return valueAt(input, issue.path) === undefined
      ? 'is required'
      : `must be one of ${issue.values.join(', ')}`;
  if (issue.code === 'invalid_format') return 'does not have the expected form';
  return 'is not valid';
};

/** Values that are given and are not what an alternative of a union goes by. */
const mistaken = (issues: readonly Issue[], input: unknown): Issue[] =>
  issues.filter(({ code, path }) => code === 'invalid_value' && valueAt(input, path) !== undefined);

/**
 * Of a union, what is wrong by the alternative that was meant: the one whose kind was named, else the one that came
 * closest; a kind that none has is told with all there are.
 */
const meant = (alternatives: readonly (readonly Issue[])[], input: unknown): readonly Issue[] => {
  const [closest = []] = alternatives.toSorted(
    (a, b) => mistaken(a, input).length - mistaken(b, input).length || a.length - b.length,
  );
  const valuesAt = (path: readonly PropertyKey[]) =>
    alternatives
      .flat()
      .flatMap((issue) =>
        issue.code === 'invalid_value' && issue.path.join('.') === path.join('.') ? issue.values : [],
      );
  return closest.map((issue) =>
    issue.code === 'invalid_value' ? { ...issue, values: [...new Set(valuesAt(issue.path))] } : issue,
  );
};

/** Issues of zod as errors that name their field. */
const fieldErrors = (
  issues: readonly Issue[],
  input: unknown,
  base: readonly PropertyKey[] = [],
): FieldError[] =>
  issues.flatMap((issue): FieldError[] => {
    const path = [...base, ...issue.path];
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => ({ path: [...path, key].join('.'), message: 'is not a known field' }));
    if (issue.code === 'invalid_union' && issue.errors.length > 0) {
      const inside = valueAt(input, issue.path);
      return fieldErrors(meant(issue.errors, inside), inside, path);
    }
    if (issue.code === 'invalid_key') return [{ path: path.join('.'), message: 'is not a valid name' }];
    return [{ path: path.join('.') || 'body', message: sentence(issue, input) }];
  });

/** The parsed input; a 400 that names every field that is wrong. */
export const parse = <T extends z.ZodMiniType>(schema: T, input: unknown): z.output<T> => {
  const result = z.safeParse(schema, input);
  if (result.success) return result.data;
  const errors = fieldErrors(result.error.issues, input).slice(0, 50);
  const first = errors[0];
  throw new AppError(
    'invalid_request',
    first ? `${first.path} ${first.message}.` : 'The request is not valid.',
    {
      errors,
    },
  );
};
