import { createHmac, randomBytes } from 'node:crypto';
import { revoke } from '../../lib/contract/jobs.ts';
import { connect, update } from '../../lib/contract/operations/integrations.ts';
import { complete } from '../../lib/contract/operations/oauth.ts';
import { keepFailure } from '../../lib/jobs/failures.ts';
import { type Line, lines, roleOf, type Sent, send } from '../security/call.ts';
import { aCompany, type Company } from '../security/company.ts';
import { newId, type Reply } from '../support/api.ts';
import { type Bench, startBench } from '../support/bench.ts';
import { answered, type Back, begin, beginAgain, wentThrough } from '../support/consent.ts';
import { expectProblem } from '../support/problem.ts';
import { control } from '../support/standins.ts';
import { openTable, type State, type Table } from './state.ts';
import { isWithin, type Outcome, type Subject } from './trial.ts';

/** A valid call of every operation, in each way the authorisation matrix has for it, made anew as often as one likes. */

let bench: Bench;
let table: Table;
let company: Company;
let stands: State;
/** Starts all that the calls work on; they work on the last that was started. */
export const startPlace = async () => {
  bench = await startBench();
  table = openTable(bench.database);
  const lasting = { account: 'ada@acme.example', policy: { accessSeconds: 90 * 86_400 } };
  await control('google_calendar', 'POST', 'oauth/policy', lasting, bench.standins['google_calendar']);
  company = await aCompany(bench);
  await bench.runCommand('set-secret', { name: 'clerk_address', value: hook.address });
  await bench.runCommand('set-secret', { name: 'clerk_signing_secrets', value: `whsec_${hook.secret}` });
  const { organizationId } = company.admin;
  const { integrationId } = company.organization;
  await keepFailure(revoke, failureId, { organizationId, userId: null, integrationId }, 'provider_error');
  await bench.follow();
  stands = await table.read();
  return {
    bench,
    table,
    stands,
    stop: async (): Promise<void> => {
      table.stop();
      await bench.stop();
    },
  };
};

const ada = { user: 'ada@acme.example' };

/** Ways that matter here, besides those of the matrix. */
const more: Line[] = [
  {
    name: 'integrations.connect by consent',
    operation: connect,
    way: {
      names: null,
      parts: () => ({ body: { provider: 'microsoft_outlook', scope: 'organization', auth: 'oauth2' } }),
    },
  },
  {
    name: 'integrations.update with credentials',
    operation: update,
    way: {
      names: 'integration',
      parts: ({ integrationId, version, connection: { credentials } }) => ({
        params: { id: integrationId },
        body: { version, credentials },
      }),
    },
  },
  {
    name: 'oauth.complete of a new connection',
    operation: complete,
    way: {
      names: 'attempt',
      parts: ({ attempt: { id, ticket } }) => ({ params: { id }, body: { ticket } }),
    },
  },
];

const withAttempt = ({ attempt: id, ticket }: Back): Company => ({
  ...company,
  organization: { ...company.organization, attempt: { id, ticket } },
});

/** What a provider gives out once and takes back once is made anew for each run. */
const fresh: Record<string, () => Promise<Company>> = {
  'oauth.callback': async () => {
    const callback = new URL(await answered(await begin(company.admin, 'microsoft_outlook'), ada));
    const [state = '', code = ''] = ['state', 'code'].map((name) => callback.searchParams.get(name) ?? '');
    return { ...company, answer: { state, code } };
  },
  'oauth.complete': async () => {
    const { organization, admin } = company;
    return withAttempt(await wentThrough(await beginAgain(admin, organization.calendar.integrationId), ada));
  },
  'oauth.complete of a new connection': async () =>
    withAttempt(await wentThrough(await begin(company.admin, 'microsoft_outlook'), ada)),
};

const hook = { address: randomBytes(32).toString('base64url'), secret: randomBytes(32).toString('base64') };
const failureId = 'failed-1';

/** What a service of ours is told by others, and what an operator left, in the place of the matrix's refused calls. */
const others: Record<string, () => { sent: Sent; headers?: Record<string, string> }> = {
  'failures.redrive': () => ({ sent: { params: { failureId } } }),
  'inbound.clerk': () => {
    const [id, timestamp] = [newId('msg'), String(Math.floor(Date.now() / 1000))];
    const raw = JSON.stringify({ type: 'user.deleted', data: { id: newId('user') } });
    const key = Buffer.from(hook.secret, 'base64');
    const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${raw}`).digest('base64');
    return {
      sent: { params: { token: hook.address }, raw },
      headers: { 'svix-id': id, 'svix-timestamp': timestamp, 'svix-signature': `v1,${signature}` },
    };
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

/** Their job is queued by a schedule too, which finds the record they leave. */
const queuesLater = new Set(['inbound.clerk', 'syncs.start']);

export const subjectOf = (line: Line): Subject => ({
  between: between[line.operation.id] ?? null,
  queuesLater: queuesLater.has(line.operation.id),
  prepare: async () => {
    const own = (await fresh[line.name]?.()) ?? company;
    const { sent, headers } = others[line.name]?.() ?? { sent: line.way.parts(own.organization, own) };
    const token = roleOf(line.operation) === null ? null : await own.admin.token();
    return async () => outcomeOf(line, await send(bench, line, sent, token, headers));
  },
});

export const calls: readonly Line[] = [...lines, ...more];
