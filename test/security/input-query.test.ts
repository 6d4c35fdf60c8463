import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';

import { type Cloud, removeData, startCloud } from '../support/cloud.ts';
import { expectProblem } from '../support/problem.ts';
import { settled } from '../support/table.ts';
import { type Line, lines, send, watched } from './call.ts';
import { aCompany, type Company } from './company.ts';
import { alternativeFor, type Schema, wrongTexts } from './input-cases.ts';

/** What operations make of wrong queries, cursors and headers. */

let cloud: Cloud;
let company: Company;
beforeAll(async () => {
  cloud = await startCloud();
  company = await aCompany(cloud);
  await settled(cloud);
});
afterAll(async () => {
  await cloud.stop();
  removeData(cloud);
});

const nothingHappened = { removed: [], added: [], providerCalls: 0 };
const withQuery = lines.filter(({ operation }) => operation.query !== null);

const asked = async (line: Line, query: Record<string, string> | string, headers = {}) => {
  const { params, body } = line.way.parts(company.organization, company);
  const token = await company.admin.token();
  return watched(cloud, () => send(cloud, line, { params, query, body }, token, headers));
};

const texts = (schema: Schema): string[] => {
  if (schema.anyOf) return [...new Set(schema.anyOf.flatMap(texts))];
  if (schema.type === 'integer')
    return [
      '',
      'x',
      '1.5',
      '0',
      '-1',
      `${(schema.maximum ?? 100) + 1}`,
      '1e9',
      'NaN',
      'Infinity',
      '7,8',
      '[7]',
    ];
  return wrongTexts(schema).filter((value) => !value.includes('\ud800'));
};

describe.each(withQuery)('the query of $name', (line) => {
  const { operation, way } = line;
  const json = z.toJSONSchema(operation.query as z.ZodMiniType, { io: 'input' }) as Schema;
  const valid = () => way.parts(company.organization, company).query ?? {};
  const schemaOf = (): Schema => alternativeFor(json, valid());

  it('is refused wherever a value is missing or wrong, and says where', async () => {
    const { properties = {}, required = [] } = schemaOf();
    const wrong = [
      ...required.map((name) => {
        const { [name]: _, ...rest } = valid();
        return { what: `no ${name}`, query: rest, path: name };
      }),
      ...Object.entries(properties).flatMap(([name, schema]) =>
        texts(schema).map((value) => ({
          what: `${name}=${value.slice(0, 40)}`,
          query: { ...valid(), [name]: value },
          path: name,
        })),
      ),
    ];
    expect(wrong.length).toBeGreaterThan(3);

    for (const { what, query, path } of wrong) {
      const { reply, ...left } = await asked(line, query);
      expectProblem(reply, operation.id, { code: 'invalid_request', path }, what);
      expect(left, what).toEqual(nothingHappened);
    }
  });

  it.each(['intruder', 'organizationId', 'userId', 'role', '__proto__', 'constructor', 'toString'])(
    'is refused with %s, which it does not have',
    async (name) => {
      const { reply, ...left } = await asked(
        line,
        new URLSearchParams({ ...valid(), [name]: 'x' }).toString(),
      );

      expectProblem(reply, operation.id, { code: 'invalid_request', path: name });
      expect(left).toEqual(nothingHappened);
    },
  );

  it('is refused where a name is given twice', async () => {
    const names = Object.keys(schemaOf().properties ?? {});

    for (const name of [...names, 'intruder', '__proto__']) {
      const { reply, ...left } = await asked(
        line,
        `${new URLSearchParams(valid()).toString()}&${name}=a&${name}=b`,
      );
      expectProblem(reply, operation.id, { code: 'invalid_request', path: name }, name);
      expect(left).toEqual(nothingHappened);
    }
  });
});

const listing = lines.filter(
  ({ operation, way }) =>
    way.names !== 'link' &&
    [operation.query, operation.body].some(
      (part) =>
        part !== null &&
        part !== 'raw' &&
        'cursor' in ((z.toJSONSchema(part, { io: 'input' }).properties ?? {}) as object),
    ),
);

describe.each(listing)('a cursor of $name', (line) => {
  const { operation, way } = line;
  const withCursor = async (cursor: string) => {
    const { params, query, body } = way.parts(company.organization, company);
    const token = await company.admin.token();
    const parts = operation.body
      ? { params, body: { ...body, cursor } }
      : { params, query: { ...query, cursor } };
    return watched(cloud, () => send(cloud, line, parts, token));
  };

  it.each([
    'x',
    '0',
    'null',
    '../..',
    '%00',
    'eyJwb3NpdGlvbiI6MX0',
    'A'.repeat(4096),
    '\u{1F4A9}',
    '{"position":1}',
  ])('is refused where it is %s', async (cursor) => {
    const { reply, ...left } = await withCursor(cursor);

    expectProblem(reply, operation.id, { code: 'invalid_request', path: 'cursor' });
    expect(left).toEqual(nothingHappened);
  });
});

describe('a cursor', () => {
  it('goes on only with its own list, for its own caller', async () => {
    const { admin, member, colleague } = company;
    const first = await member.get('/integrations/connected?limit=1');
    const cursor = first.body.nextCursor as string;
    const going = (who: typeof admin, query: string) =>
      who.get(`/integrations/connected?${query}&cursor=${cursor}`);

    const own = await going(member, 'limit=1');
    const refused = [
      await going(admin, 'limit=1'),
      await going(colleague, 'limit=1'),
      await going(company.stranger, 'limit=1'),
      await going(member, 'limit=1&scope=organization'),
      await going(member, 'limit=1&provider=jira'),
    ];
    const elsewhere = await admin.get(`/audit?cursor=${cursor}`);

    expect(own.status).toBe(200);
    for (const reply of refused)
      expectProblem(reply, 'integrations.list', { code: 'invalid_request', path: 'cursor' });
    expectProblem(elsewhere, 'audit.list', { code: 'invalid_request', path: 'cursor' });
  });
});

describe('headers', () => {
  it.each(lines.filter(({ operation }) => operation.headers !== null))(
    'of $name are refused where they are too long',
    async (line) => {
      const { query } = line.way.parts(company.organization, company);

      const { reply, ...left } = await asked(line, query ?? '', {
        'x-manageros-assertion': 'a'.repeat(8193),
      });

      expectProblem(reply, line.operation.id, { code: 'invalid_request', path: 'x-manageros-assertion' });
      expect(left).toEqual(nothingHappened);
    },
  );
});
