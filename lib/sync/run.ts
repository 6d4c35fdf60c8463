import type * as z from 'zod/mini';
import { isoNow, now } from '../config/clock.ts';
import { settings } from '../config/env.ts';
import type { ChangesPage, SyncFacts } from '../connectors/connector.ts';
import { manifestOf } from '../connectors/registry.ts';
import { codes } from '../contract/codes.ts';
import { sync } from '../contract/jobs.ts';
import { AppError, asAppError, hasCode } from '../errors/error.ts';
import { hindrance } from '../integrations/hindrance.ts';
import { inSession, requireScopes, type Usable } from '../integrations/use.ts';
import type { Work } from '../jobs/handle.ts';
import { send } from '../jobs/send.ts';
import type { RunRecord, SyncState } from '../model/sync.ts';
import { isTooLarge } from '../outbound/failure.ts';
import { findCredential } from '../store/integrations.ts';
import { keys } from '../store/keys.ts';
import { advanceRun, dueChange, findRun, findSync } from '../store/syncs.ts';
import { transact } from '../store/table.ts';
import { spend } from './budget.ts';
import { failRun, finishRun } from './end.ts';
import { commitPage, pageSize, sweepPage } from './page.ts';
import { sourceOf } from './source.ts';
import { pauseAfter, watchAfter } from './timing.ts';

type Payload = z.output<typeof sync.payload>;
type Subject = Usable & { facts: SyncFacts; state: SyncState };

/** What a page may need: with less time left the rest is left to the next message. */
const longestPage = 30_000;
const patience = 20_000;
/** SQS delays no message longer, and by whole seconds. */
const longestDelay = 900;
const tolerance = 1_000;

const isOver = ({ state }: RunRecord): boolean => state === 'succeeded' || state === 'failed';

/** What a run works with, as it stands now; null where there is nothing left to do. */
const open = async ({ syncId, integrationId, ...owner }: Payload) => {
  const [run, state, credential] = await Promise.all([
    findRun(owner, integrationId, syncId),
    findSync(owner, integrationId),
    findCredential(owner, integrationId),
  ]);
  if (!run || !state || !credential || isOver(run) || state.running !== syncId) return null;
  const manifest = await manifestOf(credential.provider);
  if (!manifest.sync) return null;
  return { run, subject: { owner, credential, manifest, facts: manifest.sync, state } };
};

/** Asks for leave to read a page; 0, or the milliseconds to wait. Who reads nothing needs none. */
const leave = async ({ facts, manifest, credential }: Subject, run: RunRecord): Promise<number> => {
  if (run.sweeping || run.stream >= facts.streams.length) return 0;
  const account = credential.account?.id ?? credential.id;
  return spend(manifest.id, `${credential.tenant} ${account}`, facts.perMinute);
};

const readPage = (subject: Subject, run: RunRecord): Promise<ChangesPage> => {
  const stream = subject.facts.streams[run.stream] ?? '';
  const position = run.full ? null : (run.positions[stream] ?? null);
  return inSession(
    subject,
    async ({ adapter, session }) => {
      if (!adapter.sync) throw new AppError('internal', 'This connector promised a sync and has none.');
      // The door reads no more than so much of an answer: things with long texts come in smaller pages.
      for (let limit = pageSize; ; limit = Math.ceil(limit / 3)) {
        try {
          return await adapter.sync(session, { stream, position, cursor: run.cursor, limit });
        } catch (error) {
          if (!isTooLarge(error) || limit === 1) throw error;
        }
      }
    },
    Date.now() + patience,
  );
};

/** Moves on by one page, of the provider's or of what is to be removed; null where the run is done. */
const takeStep = async (subject: Subject, run: RunRecord): Promise<RunRecord | null> => {
  if (run.sweeping) return sweepPage(subject.owner, run);
  if (run.stream >= subject.facts.streams.length) return null;
  const { mapping } = subject.state;
  return commitPage({ ...subject, mapping }, run, await readPage(subject, run));
};

/** Marks it as running, and when to look after it should nobody be heard of. */
const take = async ({ owner, state }: Subject, run: RunRecord): Promise<RunRecord> => {
  const next = { state: 'running', startedAt: run.startedAt ?? isoNow() } as const;
  const { set } = dueChange(state, now() + watchAfter);
  await transact([
    advanceRun(owner, run, next),
    { update: keys.sync(owner, state.integrationId), set, when: [['running', '=', run.id]] },
  ]);
  return { ...run, ...next, step: run.step + 1 };
};

/** What was disabled is not read on, nor what reads another account by now. */
const requireFit = (subject: Subject, run: RunRecord): void => {
  const refused = hindrance(subject.credential);
  if (refused) throw refused;
  if (sourceOf(subject.credential) !== run.source)
    throw new AppError('different_account', 'It was connected to something else meanwhile.');
  requireScopes(subject, subject.facts);
};

/** The connection as it is by now; null where it is gone. */
const asItIs = async (subject: Subject): Promise<Subject | null> => {
  const credential = await findCredential(subject.owner, subject.credential.id);
  return credential && { ...subject, credential };
};

/** The message that goes on after a pause, or as late as SQS can and is then put off again. */
const sendLater = (payload: Payload, pause: number): Promise<void> =>
  send(sync, payload, Math.min(longestDelay, Math.ceil(pause / 1000)));

/** Goes on after a pause, whichever message comes before. */
const wait = async (
  payload: Payload,
  { owner, state }: Subject,
  run: RunRecord,
  pause: number,
  change: Partial<RunRecord>,
): Promise<void> => {
  const notBefore = now() + pause;
  const { set } = dueChange(state, notBefore + watchAfter);
  await transact([
    advanceRun(owner, run, { ...change, notBefore }),
    { update: keys.sync(owner, state.integrationId), set, when: [['running', '=', run.id]] },
  ]);
  await sendLater(payload, pause);
};

/** Tries again later what may pass, and ends the run with its code where it does not. */
const putOff = (payload: Payload, subject: Subject, run: RunRecord, error: AppError): Promise<void> => {
  const { attempts, backoff } = settings().sync;
  const { code, refused, retryAfter } = error;
  const failures = run.failures + 1;
  if (!codes[code].retry || refused || failures >= attempts)
    return failRun(subject.owner, subject.state, run, code);
  return wait(payload, subject, run, pauseAfter(failures, backoff, retryAfter), { failures, code });
};

/** Ours, not the provider's: the queue tries the message again, and the last time ends the run. */
const isOurs = ({ code }: AppError): boolean => code === 'internal' || code === 'unavailable';

const isLost = (error: unknown): boolean => hasCode(error, 'conflict', 'not_found');

const goOn = async (
  payload: Payload,
  { run: seen, subject }: { run: RunRecord; subject: Subject },
  { left, last }: Work,
): Promise<void> => {
  const { owner, state } = subject;
  const early = (seen.notBefore ?? 0) - now();
  if (early > tolerance) return sendLater(payload, early);
  let run = seen;
  try {
    requireFit(subject, run);
    run = await take(subject, run);
    for (let current: Subject | null = subject; left() > longestPage; current = await asItIs(subject)) {
      if (!current) return;
      requireFit(current, run);
      const pause = await leave(current, run);
      if (pause > 0) return await wait(payload, current, run, pause, {});
      const next = await takeStep(current, run);
      if (next === null) return await finishRun(owner, state, run);
      run = next;
    }
  } catch (thrown) {
    const error = asAppError(thrown);
    if (isLost(error)) throw error;
    if (!isOurs(error)) return putOff(payload, subject, run, error);
    if (last) await failRun(owner, state, run, error.code);
    throw thrown;
  }
  await send(sync, payload);
};

/**
 * Does as much of a run as time allows, page by page; each page is committed with how far the run got, so
 * that another delivery, or a worker that took over, goes on behind it. Who loses a commit stops.
 */
export const runSync = async (payload: Payload, work: Work): Promise<void> => {
  try {
    const opened = await open(payload);
    if (opened) await goOn(payload, opened, work);
  } catch (error) {
    if (!isLost(error)) throw error;
  }
};
