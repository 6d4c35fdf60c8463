import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../lib/errors/error.ts';
import { describeError } from '../../lib/log/log.ts';
import { awkwardSecret, leaksOf } from '../support/secrets.ts';

/** What is logged of an error must hold nothing of its messages, whoever wrote them and wherever they are. */

const secret = awkwardSecret('error');

/** Texts as careless libraries write them: with what they were sent, over several lines, even as a stack looks. */
const texts = fc.constantFrom(
  secret,
  `Unexpected token in JSON: {"token":"${secret}"}`,
  `401 for https://x.example/?token=${encodeURIComponent(secret)}`,
  `first line\n    at ${secret}`,
  `first line\n    at Object.${secret} (${secret}:1:1)`,
  `first line\n    at request (https://x.example/?token=${secret}:1:1)\nlast line`,
  `first line\n    at request (file:///srv/${secret}:1:1)\n    at x (node:internal/${secret}:1:1)`,
  `authorization: Basic ${Buffer.from(`user:${secret}`).toString('base64')}`,
);

type Make = (text: string, cause: unknown) => Error;
const kinds: readonly Make[] = [
  (text, cause) => new Error(text, { cause }),
  (text, cause) => new TypeError(text, { cause }),
  (text, cause) => new AggregateError([new Error(text), cause], text, { cause }),
  (text) => new DOMException(text, 'AbortError'),
  (text, cause) =>
    new AppError('provider_error', 'Jira answered in a way we cannot use.', { cause: cause ?? text }),
  (text, cause) => Object.assign(new Error(text, { cause }), { code: text }),
  (text, cause) => Object.assign(new Error(text, { cause }), { name: text }),
  (text, cause) =>
    Object.assign(new Error(text, { cause }), {
      config: { headers: { authorization: text } },
      request: { body: text },
      response: { data: text, headers: { 'x-echo': text } },
      issues: [{ message: text, input: text }],
      errors: [new Error(text)],
    }),
  (text, cause) => {
    const error = new Error('x', { cause });
    error.message = text;
    return error;
  },
  (text, cause) => {
    const error = new Error(text, { cause });
    error.message = 'something else';
    return error;
  },
  (text, cause) => Object.assign(new Error(text, { cause }), { stack: text }),
  (text) => {
    const error = new Error(text);
    error.cause = new Error(text, { cause: error });
    return error;
  },
];

const errors = fc
  .array(fc.tuple(fc.constantFrom(...kinds), texts), { minLength: 1, maxLength: 8 })
  .map((parts) => parts.reduce<unknown>((cause, [make, text]) => make(text, cause), undefined));

describe('an error in a log line', () => {
  it('shows nothing of any message, at any depth', () => {
    fc.assert(
      fc.property(errors, (error) => {
        expect(leaksOf(JSON.stringify(describeError(error)), [secret])).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });

  it.each([secret, { message: secret }, [secret], null, undefined, 7])(
    'shows nothing of %j, which is no error',
    (thrown) => {
      expect(describeError(thrown)).toBeNull();
    },
  );

  it('still tells what it was, where it was thrown, and what caused it', () => {
    const cause = Object.assign(new TypeError('private'), { code: 'ECONNREFUSED' });
    const described = describeError(new AppError('unavailable', 'The database does not answer.', { cause }));

    expect(described).toMatchObject({
      name: 'AppError: The database does not answer.',
      code: 'unavailable',
      cause: { name: 'TypeError', code: 'ECONNREFUSED', cause: null },
    });
    expect(described?.stack[0]).toMatch(/^at .*errors\.test\.ts:\d+:\d+\)?$/);
    expect(described?.cause?.stack[0]).toMatch(/^at .*errors\.test\.ts:\d+:\d+\)?$/);
  });

  it('ends, however long the chain of causes is', () => {
    const circular = new Error('a');
    circular.cause = circular;
    const depth = (described: ReturnType<typeof describeError>): number =>
      described === null ? 0 : 1 + depth(described.cause);

    expect(depth(describeError(circular))).toBeLessThan(10);
  });
});
