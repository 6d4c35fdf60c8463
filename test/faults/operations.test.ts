import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type Line, lines, roleOf, send } from '../security/call.ts';
import { aCompany, type Company } from '../security/company.ts';
import type { Reply } from '../support/api.ts';
import { type Bench, startBench } from '../support/bench.ts';
import { answered, begin, beginAgain, wentThrough } from '../support/consent.ts';
import { expectProblem } from '../support/problem.ts';
import { control } from '../support/standins.ts';
import { openTable, type State, type Table } from './state.ts';
import { isWithin, type Outcome, type Subject, tryAll } from './trial.ts';

/** Every operation, in each way the authorisation matrix has for it, with each of its calls in trouble. */

let bench: Bench;
let table: Table;
let company: Company;
let stands: State;
beforeAll(async () => {
  // Pauses of the SDKs and of ours are random times a base: here they are next to nothing.
  vi.spyOn(Math, 'random').mockReturnValue(0.01);
  bench = await startBench();
  table = openTable(bench.database);
  const lasting = { account: 'ada@acme.example', policy: { accessSeconds: 90 * 86_400 } };
  await control('google_calendar', 'POST', 'oauth/policy', lasting, bench.standins['google_calendar']);
  company = await aCompany(bench);
  await bench.follow();
  stands = await table.read();
});
afterAll(async () => {
  vi.restoreAllMocks();
  table.stop();
  await bench.stop();
});

const ada = { user: 'ada@acme.example' };

/** What a provider gives out once and takes back once is made anew for each run. */
const fresh: Record<string, () => Promise<Company>> = {
  'oauth.callback': async () => {
    const callback = new URL(await answered(await begin(company.admin, 'microsoft_outlook'), ada));
    const [state, code] = ['state', 'code'].map((name) => callback.searchParams.get(name) ?? '');
    return { ...company, answer: { state: state ?? '', code: code ?? '' } };
  },
  'oauth.complete': async () => {
    const { organization, admin } = company;
    const { attempt, ticket } = await wentThrough(
      await beginAgain(admin, organization.calendar.integrationId),
      ada,
    );
    return { ...company, organization: { ...organization, attempt: { id: attempt, ticket } } };
  },
};

/** What may stand when it was cut short. */
const between: Record<string, NonNullable<Subject['between']>> = {
  // Each credential, link and person by itself.
  'migration.run': isWithin,
  'links.bulk': isWithin,
  // The tokens of a code that is spent wait in the attempt for the next call.
  'oauth.complete': (changed) =>
    changed.every((line) => /^~ "ATTEMPT#NEW ATTEMPT" (status: .*choosing|returned|holder)/.test(line)),
};

const outcomeOf = ({ operation }: Line, reply: Reply): Outcome => {
  // What failed in part says so of each part.
  const failedInPart = JSON.stringify(reply.body).includes('"outcome":"failed"');
  const answered = Object.values(operation.answers).some(({ status }) => status === reply.status);
  const done = answered || reply.headers.get('x-answered-by') === 'provider';
  // To a browser whose address is spent, a page says so.
  const isPage =
    operation.id === 'oauth.callback' && reply.status === 400 && reply.text.startsWith('<!doctype');
  if (done || isPage) return { done: done && !failedInPart, misfit: null };
  try {
    if (reply.body?.code === 'internal') throw new Error('is answered as a fault of ours');
    expectProblem(reply, operation.id);
    return { done, misfit: null };
  } catch (error) {
    return {
      done,
      misfit: `${reply.status} ${reply.text.slice(0, 200)}: ${(error as Error).message.split('\n')[0]}`,
    };
  }
};

const subjectOf = (line: Line): Subject => ({
  between: between[line.operation.id] ?? null,
  prepare: async () => {
    const own = (await fresh[line.operation.id]?.()) ?? company;
    const sent = line.way.parts(own.organization, own);
    const token = roleOf(line.operation) === null ? null : await own.admin.token();
    return async () => outcomeOf(line, await send(bench, line, sent, token));
  },
});

it.each(lines.map((line) => ({ name: line.name, line })))(
  '$name',
  async ({ line }) => {
    const t0 = performance.now();
    const { broken, calls } = await tryAll({ bench, table, stands }, subjectOf(line));
    process.stderr.write(`${line.name} ${calls.length} ${Math.round(performance.now() - t0)} ms\n`);

    expect(broken).toEqual([]);
  },
  120_000,
);
