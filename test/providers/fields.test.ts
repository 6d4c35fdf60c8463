import { describe, expect, it } from 'vitest';
import { footprint } from '../integrations/stored.ts';
import { expectProblem } from '../integrations/told.ts';
import { caller } from '../support/api.ts';
import { accountOf } from './accounts.ts';
import { type Field, waysToConnect } from './schemas.ts';

/** The server holds every field to what its own schema says: each way to connect, each field, each fault. */

const ways = await waysToConnect();

type Fault = { fault: string; value: unknown; code: string };

/** A text the pattern does not allow; the field must then have one. */
const misfit = ({ pattern }: Field): string => {
  const found = ['neither this', 'nor-that', 'ünicode'].find(
    (text) => !new RegExp(`^(?:${pattern})$`, 'u').test(text),
  );
  if (found === undefined) throw new Error(`Nothing fails ${pattern}.`);
  return found;
};

const faultsOf = (field: Field, good: string): Fault[] => {
  const invalid = 'invalid_request';
  const inside = (text: string): string => `${good.slice(0, -3)}${text}${good.slice(-3)}`;
  const malformed = field.type === 'url' ? 'invalid_url' : invalid;
  return [
    ...(field.required
      ? [
          { fault: 'missing', value: undefined, code: invalid },
          { fault: 'null', value: null, code: invalid },
          { fault: 'empty', value: '', code: invalid },
          { fault: 'blank', value: ' \t ', code: invalid },
        ]
      : []),
    { fault: 'a number', value: 42, code: invalid },
    { fault: 'a truth value', value: true, code: invalid },
    { fault: 'a list', value: [good], code: invalid },
    { fault: 'an object', value: { value: good }, code: invalid },
    { fault: 'one character too long', value: good.padEnd(field.maxLength + 1, 'a'), code: invalid },
    { fault: 'far too long', value: 'a'.repeat(20_000), code: invalid },
    { fault: 'cut by a NUL', value: inside('\0'), code: malformed },
    { fault: 'cut by a line break', value: inside('\r\nX-Header: 1\r\n'), code: malformed },
    { fault: 'cut by a delete character', value: inside('\u007f'), code: malformed },
    { fault: 'cut by half a surrogate pair', value: inside('\ud800'), code: malformed },
    ...(field.pattern === null ? [] : [{ fault: 'off its pattern', value: misfit(field), code: invalid }]),
  ];
};

describe.each(ways)('$id by $kind', async ({ id, kind, fields }) => {
  const admin = caller();
  const account = await accountOf(id);
  type Parts = Record<'settings' | 'credentials', Record<string, unknown>>;
  const connect = (change: (parts: Parts) => Parts) =>
    admin.post('/integrations/connect', {
      provider: id,
      scope: 'organization',
      auth: kind,
      ...change(account.connection),
    });
  /** Refused by name, with nothing stored and nobody asked. */
  const expectRefused = async (change: (parts: Parts) => Parts, code: string, ...paths: string[]) => {
    const before = await footprint(admin);
    const calls = await account.calls();

    const reply = await connect(change);

    expectProblem(reply, 400, code, ...paths);
    expect(await account.calls()).toEqual(calls);
    expect(await footprint(admin)).toEqual(before);
  };

  describe.each(fields)('refuses and names the field $name', (field) => {
    const path = `${field.in}.${field.name}`;
    const good = account.connection[field.in][field.name] ?? '';

    it.each(faultsOf(field, good))('when it is $fault', ({ value, code }) =>
      expectRefused(
        (parts) => ({ ...parts, [field.in]: { ...parts[field.in], [field.name]: value } }),
        code,
        path,
      ),
    );

    it('when it stands in the other part', () => {
      const other = field.in === 'settings' ? 'credentials' : 'settings';
      return expectRefused(
        (parts) => ({ ...parts, [other]: { ...parts[other], [field.name]: good } }),
        'invalid_request',
        `${other}.${field.name}`,
      );
    });
  });

  it.each(['settings', 'credentials'] as const)('refuses and names an unknown field in %s', (part) =>
    expectRefused(
      (parts) => ({ ...parts, [part]: { ...parts[part], nonsense: 'x' } }),
      'invalid_request',
      `${part}.nonsense`,
    ),
  );

  it('names every required field when none is given', () =>
    expectRefused(
      () => ({ settings: {}, credentials: {} }),
      'invalid_request',
      ...['settings', 'credentials'].flatMap((part) =>
        fields.filter((field) => field.in === part && field.required).map(({ name }) => `${part}.${name}`),
      ),
    ));
});

it('is shown for every provider that takes something typed in', () => {
  expect(ways.map(({ id }) => id)).toEqual(['jira', 'github', 'google_calendar', 'microsoft_outlook']);
});
