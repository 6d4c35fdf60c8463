import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openApi } from '../../lib/contract/openapi.ts';
import { request } from '../support/api.ts';
import { type Cloud, removeData, startCloud } from '../support/cloud.ts';
import { complaintsOf } from '../support/json-schema.ts';
import { type Line, lines, onlyReads, send } from './call.ts';
import { aCompany, type Company, subjects } from './company.ts';
import { fuzzed } from './fuzzing.ts';

/**
 * Every operation with inputs nobody thought of: no fault of ours, no answer the document does not know.
 * A handful each in the suite; `FUZZ_CASES=1000` makes a night of it. A failure prints the seed that
 * makes it again, by `FUZZ_SEED`.
 */
const cases = Number(process.env['FUZZ_CASES'] ?? 12);
const seed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31);

let cloud: Cloud;
/** For calls that only read; the others each have a company to do with as they like. */
let shared: Company;
beforeAll(async () => {
  cloud = await startCloud();
  shared = await aCompany(cloud);
});
afterAll(async () => {
  const alive = await request(`${cloud.url}/api/v1/health`);
  await cloud.stop();
  removeData(cloud);
  expect(alive.status).toBe(200);
});

type Documented = {
  operationId: string;
  responses: Record<string, { content?: Record<string, { schema: unknown }> }>;
};
const document = openApi();
const documented = Object.values(document['paths'] as Record<string, Record<string, Documented>>).flatMap(
  (methods) => Object.values(methods),
);
const documentOf = ({ operation, way }: Line): Documented | undefined =>
  documented.find(({ operationId }) =>
    [operation.id, `${operation.id}.${(way.method ?? '').toLowerCase()}`].includes(operationId),
  );

/** What a provider said of something odd that it was asked is its own business, and said to be. */
const isProviders = (code: unknown): boolean => typeof code === 'string' && code.startsWith('provider_');

const asText = (tree: Record<string, unknown>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(tree).map(([name, value]) => [
      name,
      typeof value === 'string' ? value.toWellFormed() : JSON.stringify(value),
    ]),
  );

describe(`with the seed ${seed}`, () => {
  it.each(lines)('$name', { timeout: Math.max(60_000, cases * 1_000) }, async (line) => {
    const company = onlyReads(line) ? shared : await aCompany(cloud);
    const token = await company.admin.token();
    const known = documentOf(line)?.responses ?? {};
    const holders = { organization: token, personal: await company.member.token() };

    await fc.assert(
      fc.asyncProperty(
        fc
          .constantFrom(...subjects)
          .chain((name) =>
            fc.tuple(fc.constant(name), fuzzed(line.operation, line.way.parts(company[name], company))),
          ),
        async ([name, { params, query, body }]) => {
          // Clients take these for a way up, and ask for another path.
          fc.pre(!Object.values(params).some((param) => param === '.' || param === '..'));
          const sent = {
            params: asText(params),
            query: asText(query),
            ...(body !== undefined && { raw: JSON.stringify(body) }),
          };
          const reply = await send(cloud, line, sent, holders[name]);
          const what = `${reply.status} ${reply.text.slice(0, 500)}`;

          // The gateway's own words, where a path is none of ours.
          if (
            [400, 401, 404, 413, 414, 431].includes(reply.status) &&
            typeof reply.body?.message === 'string'
          )
            return;
          if (reply.headers.get('x-answered-by') === 'provider') return;
          expect(reply.status >= 500 && !isProviders(reply.body?.code), what).toBe(false);
          expect(Object.keys(known), what).toContain(String(reply.status));
          const type = (reply.headers.get('content-type') ?? '').split(';')[0] ?? '';
          const schema = known[String(reply.status)]?.content?.[type]?.schema;
          if (schema !== undefined && type.endsWith('json'))
            expect(complaintsOf(document, schema, reply.body), what).toEqual([]);
          expect(reply.text).not.toMatch(/\bat .*:\d+:\d+|node_modules/);
        },
      ),
      { numRuns: cases, seed, endOnFailure: true, interruptAfterTimeLimit: 3_600_000 },
    );
  });
});
