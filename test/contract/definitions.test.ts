import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { codes, type ErrorCode } from '../../lib/contract/codes.ts';
import { failuresOf, functionFile, type Operation } from '../../lib/contract/define.ts';
import { grants, jobOf, variablesOf } from '../../lib/contract/grants.ts';
import { jobs } from '../../lib/contract/jobs.ts';
import * as definitions from '../../lib/contract/operations/index.ts';
import { schedules } from '../../lib/contract/schedules.ts';
import { streams } from '../../lib/contract/streams.ts';

const operations: readonly Operation[] = definitions.operations;
const working = [...jobs, ...schedules, ...streams];
const all = [...operations, ...working];

const filesUnder = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name}`)
    .toSorted();

describe('every definition', () => {
  it.each([
    ['functions/http', operations.map(functionFile)],
    ['functions/jobs', jobs.map(({ id }) => `functions/jobs/${id}.ts`)],
    ['functions/schedules', schedules.map(({ id }) => `functions/schedules/${id}.ts`)],
    ['functions/streams', streams.map(({ id }) => `functions/streams/${id}.ts`)],
  ])('has its file in %s, and no file is without one', (folder, expected) => {
    expect(filesUnder(folder)).toEqual(expected.toSorted());
  });

  it.each(all.map(({ id }) => id))('%s is handled by the function of its file', (id) => {
    const operation = operations.find((one) => one.id === id);
    const kind = jobs.some((job) => job.id === id)
      ? 'jobs'
      : schedules.some((one) => one.id === id)
        ? 'schedules'
        : 'streams';
    const file = operation ? functionFile(operation) : `functions/${kind}/${id}.ts`;

    const text = readFileSync(file, 'utf8');

    const [, name = ''] = /handle(?:Job|Schedule|Stream)?\((\w+),/.exec(text) ?? [];
    const [, source = ''] = new RegExp(`\\b${name}\\b[^;]*from '[./]*lib/contract/([^']+)'`).exec(text) ?? [];
    expect(definedIn(source, name)).toBe(id);
  });

  it('has an id of its own', () => {
    const ids = all.map(({ id }) => id);

    expect(ids.toSorted()).toEqual([...new Set(ids)].toSorted());
    for (const { id } of operations) expect(id).toMatch(/^[a-z]+(\.[a-z]+)+$/);
    for (const { id } of working) expect(id).toMatch(/^[a-z]+(-[a-z]+)*$/);
  });

  it('has a summary', () => {
    for (const { id, summary } of all) expect(summary, id).toMatch(/^\p{Lu}.{5,}[^.]$/u);
  });

  it('asks only for grants that exist, each once, and for queues of jobs that exist', () => {
    for (const { id, grants: wanted } of all) {
      expect([...new Set(wanted)], id).toEqual(wanted);
      for (const grant of wanted) {
        const job = jobOf(grant);
        if (job === null) expect(Object.keys(grants), id).toContain(grant);
        else
          expect(
            jobs.map((one) => one.id),
            id,
          ).toContain(job);
        expect(variablesOf([grant]).length, grant).toBeGreaterThan(0);
      }
    }
  });
});

/** The id of what a module of the contract exports under a name. */
const definedIn = (source: string, name: string): string | undefined => {
  const text = readFileSync(`lib/contract/${source}`, 'utf8');
  const [, id] = new RegExp(`export const ${name} = define\\w+\\(\\{\\s*id: '([^']+)'`).exec(text) ?? [];
  return id;
};

describe('every operation', () => {
  const routes = operations.flatMap(({ id, methods, path }) =>
    methods.map((method) => ({ id, method, path })),
  );

  it('has routes that no other has', () => {
    const shapes = routes.map(({ method, path }) => `${method} ${path.replaceAll(/\{\w+(\+?)\}/g, '{$1}')}`);

    expect(shapes.toSorted()).toEqual([...new Set(shapes)].toSorted());
  });

  it('has routes that leave no doubt which is meant', () => {
    const segments = (path: string): string[] => path.split('/').slice(1);
    const isParameter = (segment: string | undefined): boolean => segment?.startsWith('{') ?? false;
    /** Where both could match one path, each being the more precise one somewhere. */
    const inDoubt = (a: string, b: string): boolean => {
      const [first, second] = [segments(a), segments(b)];
      if (first.length !== second.length) return false;
      const places = first.map((segment, index) => [segment, second[index]] as const);
      const meet = places.every(([one, other]) => one === other || isParameter(one) || isParameter(other));
      const firstPrecise = places.some(([one, other]) => !isParameter(one) && isParameter(other));
      const secondPrecise = places.some(([one, other]) => isParameter(one) && !isParameter(other));
      return meet && firstPrecise && secondPrecise;
    };

    const pairs = routes.flatMap((one, index) =>
      routes
        .slice(index + 1)
        .filter((other) => one.method === other.method && inDoubt(one.path, other.path))
        .map((other) => [one.id, other.id]),
    );

    expect(inDoubt('/a/{x}', '/{y}/b')).toBe(true);
    expect(pairs).toEqual([]);
  });

  it('has parameters in its path for all it asks of the path, and nothing else', () => {
    for (const { id, path, params } of operations) {
      const named = [...path.matchAll(/\{(\w+)\+?\}/g)].map(([, name]) => name);
      const shape = (params as { shape?: object } | null)?.shape ?? {};
      expect(new Set(Object.keys(shape)), id).toEqual(new Set(named));
    }
  });

  it('names an integration where only its holder may call', () => {
    for (const { id, access, path } of operations)
      if (access.by === 'session' && access.role === 'holder')
        expect(path, id).toMatch(/^\/(integrations|consents)\/\{id\}/);
  });

  it('is open to everybody only where it says nothing of anybody', () => {
    const open = operations.filter(({ access }) => access.by === 'public').map(({ id }) => id);

    expect(open.toSorted()).toEqual(['oauth.callback', 'system.health', 'system.openapi']);
  });

  it('fails only with codes that exist, of its kind and its own, each once', () => {
    for (const operation of operations) {
      const failures = failuresOf(operation);
      expect([...new Set(failures)]).toEqual(failures);
      for (const code of [...failures, ...operation.failures]) expect(Object.keys(codes)).toContain(code);
      expect(failures).toEqual(expect.arrayContaining([...operation.failures, 'internal', 'unavailable']));
    }
  });

  it('reads no body with GET, and answers a body with everything but 204', () => {
    for (const { id, methods, body, answers } of operations) {
      if (methods.includes('GET') && methods.length === 1) expect(body, id).toBeNull();
      for (const { status, body: answered } of Object.values(answers))
        expect(answered === null, `${id} ${status}`).toBe(status === 204);
    }
  });
});

describe('the codes', () => {
  /** As in the table of the contract (`api.md`). */
  const table: Record<number, string> = {
    400: 'invalid_request invalid_url',
    401: 'unauthenticated',
    402: 'plan_required',
    403: 'forbidden',
    404: 'not_found',
    409: 'conflict stale_version integration_disabled needs_reauth needs_setup missing_scope already_connected already_created provider_not_available oauth_not_configured oauth_app_rejected consent_denied different_account in_progress',
    413: 'payload_too_large',
    415: 'unsupported_media_type',
    422: 'idempotency_mismatch provider_unauthorized provider_forbidden provider_not_found',
    429: 'rate_limited',
    500: 'internal',
    502: 'provider_error',
    503: 'unavailable token_unavailable provider_unreachable provider_rate_limited',
    504: 'deadline_exceeded',
  };

  it('are those of the contract, with its statuses', () => {
    const written = Object.entries(table).flatMap(([status, names]) =>
      names.split(' ').map((code) => [code, Number(status)]),
    );

    const ours = Object.entries(codes).map(([code, { status }]) => [code, status]);

    expect(Object.fromEntries(ours)).toEqual(Object.fromEntries(written));
  });

  it('say that a call may be repeated only where that can help', () => {
    const repeatable = Object.keys(codes).filter((code) => codes[code as ErrorCode].retry);

    expect(repeatable.toSorted()).toEqual(
      'deadline_exceeded in_progress internal provider_error provider_rate_limited provider_unreachable rate_limited token_unavailable unavailable'.split(
        ' ',
      ),
    );
  });
});
