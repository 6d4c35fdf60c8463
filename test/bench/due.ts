import { randomBytes } from 'node:crypto';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { invoke } from '../../infra/local/functions.ts';
import { queueVariable } from '../../lib/contract/grants.ts';
import { refreshAhead } from '../../lib/contract/schedules.ts';
import type { Owner } from '../../lib/model/caller.ts';
import type { CredentialRecord } from '../../lib/model/integration.ts';
import { inParallel } from '../../lib/model/parallel.ts';
import { keys } from '../../lib/store/keys.ts';
import { openTokens, type PlainTokens, sealTokens } from '../../lib/tokens/sealed.ts';
import { openTable } from '../faults/state.ts';
import { caller, newId } from '../support/api.ts';
import { startBench } from '../support/bench.ts';
import { consent } from '../support/consent.ts';
import { control } from '../support/standins.ts';
import { startQueue } from './due-queue.ts';

/**
 * Connections that fall due at one moment, nine tenths of them one organisation's: the schedule and the job
 * of the product refresh them at the stand-ins, on a simulated clock and with a queue that goes by it.
 */

const people = {
  jira: { user: 'ada@acme.example', resources: ['acme.atlassian.net'] },
  github: { user: 'ada-acme' },
  google_calendar: { user: 'ada@acme.example' },
  microsoft_outlook: { user: 'ada@acme.example' },
} as const;
type Provider = keyof typeof people;
/** Where all share one account's tokens, each refresh must leave the others theirs. */
const lasting = { accessSeconds: 3600, rotates: false, refreshKillsAccess: false };

export type Outcome = {
  connections: number;
  /** Connections whose token ran out before it was refreshed. */
  expired: number;
  /** Connections not refreshed at all. */
  left: number;
  /** Refreshes each run of the schedule asked for. */
  asked: number[];
  /** Seconds until the last connection of the small organisations, and until the last of all. */
  lastOfSmall: number;
  lastOfAll: number;
};

const shareOfBig = 0.9;
const runEvery = refreshAhead.every * 60_000;
/** How long the tokens live on: the least margin the product leaves itself. */
const margin = 300_000;

/** A run has two minutes; a database on this machine, with thousands of writes, may take longer. */
const localSeconds = 600;

type Bench = Awaited<ReturnType<typeof startBench>>;
type Table = ReturnType<typeof openTable>;
type Template = { record: CredentialRecord; plain: PlainTokens };
type Clone = { template: Template; id: string; owner: Owner };

/** One connection by consent at each provider. */
const templatesAt = async (
  bench: Bench,
  table: Table,
  providers: readonly Provider[],
): Promise<Template[]> => {
  const admin = caller({}, bench.url);
  const owner = { organizationId: admin.organizationId, userId: null };
  const templates: Template[] = [];
  for (const provider of providers) {
    const person = people[provider];
    const policy = { account: person.user, policy: lasting };
    await control(provider, 'POST', 'oauth/policy', policy, bench.standins[provider]);
    const { id } = await consent(admin, { provider, ...person });
    const row = (await table.read()).get(`ORG#${admin.organizationId} CRED#${id}`);
    const record = unmarshall(row?.item ?? {}) as CredentialRecord;
    const sealed = record.tokens ?? new Uint8Array();
    templates.push({ record, plain: await openTokens(owner, record, record.tokenVersion, sealed) });
  }
  return templates;
};

const itemOf = async ({ template: { record, plain }, id, owner }: Clone, expiry: number) =>
  marshall(
    {
      ...record,
      ...keys.credential(owner, id),
      id,
      tokens: await sealTokens(owner, { ...record, id }, record.tokenVersion, plain),
      ...{ aheadRefreshed: false, accessExpiresAt: expiry },
      ...{ due: keys.due('refresh', id), dueAt: expiry - margin },
    },
    { removeUndefinedValues: true },
  );

export type Trial = {
  providers?: readonly Provider[];
  /** Runs of the schedule. */
  runs?: number;
  /** Whether what it asks for is done. */
  handled?: boolean;
};

const all = Object.keys(people) as Provider[];

export const dueAtOnce = async (
  connections: number,
  { providers = all, runs = 20, handled = true }: Trial = {},
): Promise<Outcome> => {
  const bench = await startBench();
  const table = openTable(bench.database);
  const now = (): number => Date.now() + Number(process.env['CLOCK_OFFSET_MS']);
  let moment = now();
  /** What happens at a moment takes none of the simulated time. */
  const setClock = (next: number): void => {
    moment = next;
    bench.advance((next - now()) / 1000);
  };
  const queue = await startQueue(() => moment);
  process.env[queueVariable('refresh')] = queue.url;
  process.env['AWS_ENDPOINT_URL_SQS'] = new URL(queue.url).origin;
  try {
    const templates = await templatesAt(bench, table, providers);
    const begun = now();
    const expiry = begun + margin;
    const big = newId('org');
    const clones = Array.from(
      { length: connections },
      (_, index): Clone => ({
        template: templates[index % templates.length] as Template,
        id: `int_o_${randomBytes(16).toString('base64url')}`,
        owner: { organizationId: index < connections * shareOfBig ? big : newId('org'), userId: null },
      }),
    );
    await table.put(...(await inParallel(16, clones, (clone) => itemOf(clone, expiry))));

    const asked: number[] = [];
    for (let run = 0; run < runs; run += 1) {
      setClock(begun + run * runEvery);
      await invoke('functions/schedules/refresh-ahead.ts', {}, localSeconds);
      const messages = queue.before(begun + (run + 1) * runEvery);
      asked.push(messages.length);
      if (!handled) continue;
      for (const [at, together] of Map.groupBy(messages, (message) => message.at)) {
        setClock(at);
        await inParallel(20, together, ({ body }) => bench.runJob('refresh', body));
      }
    }

    const rows = await table.read();
    const seconds = (some: readonly Clone[]): number[] =>
      some.map(({ id, owner, template }) => {
        const row = rows.get(`ORG#${owner.organizationId} CRED#${id}`);
        const { tokenVersion, refreshedAt } = unmarshall(row?.item ?? {}) as CredentialRecord;
        const isDone = tokenVersion > template.record.tokenVersion;
        return isDone ? (refreshedAt - begun) / 1000 : Number.POSITIVE_INFINITY;
      });
    const [times, ofSmall] = [
      seconds(clones),
      seconds(clones.filter(({ owner }) => owner.organizationId !== big)),
    ];
    return {
      connections,
      asked,
      left: times.filter((time) => time === Number.POSITIVE_INFINITY).length,
      expired: times.filter((time) => time > margin / 1000).length,
      lastOfSmall: Math.max(...ofSmall),
      lastOfAll: Math.max(...times),
    };
  } finally {
    queue.stop();
    table.stop();
    await bench.stop();
  }
};
