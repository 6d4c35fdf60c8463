import { randomUUID } from 'node:crypto';
import { subscribe } from 'node:diagnostics_channel';
import { createWriteStream } from 'node:fs';
import type { Context } from 'aws-lambda';

/** Runs functions as Lambda would: by file, with a context, a time limit and a request id. */

/** What functions print goes to the log, as on Lambda; returns how to print on the real standard output. */
export const captureOutput = (file: string): ((text: string) => void) => {
  const log = createWriteStream(file, { flags: 'a', mode: 0o600 });
  const real = process.stdout.write.bind(process.stdout);
  process.stdout.write = ((chunk: string | Uint8Array) => log.write(chunk)) as typeof process.stdout.write;
  return (text) => void real(text);
};

type Handler = (event: unknown, context: Context) => Promise<unknown>;

export class FunctionTimeout extends Error {}

const loaded = new Map<string, Promise<Handler>>();

const load = (file: string): Promise<Handler> => {
  const known = loaded.get(file);
  if (known) return known;
  const loading = import(new URL(`../../${file}`, import.meta.url).href).then(
    (module: { handler: Handler }) => module.handler,
  );
  loaded.set(file, loading);
  return loading;
};

/** Calls a function; `seconds` is its time limit, after which Lambda would have ended it. */
export const invoke = async (file: string, event: unknown, seconds: number): Promise<unknown> => {
  const handler = await load(file);
  const until = Date.now() + seconds * 1000;
  const context = {
    awsRequestId: randomUUID(),
    functionName: file,
    getRemainingTimeInMillis: () => until - Date.now(),
  } as Context;
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new FunctionTimeout(`${file} ran into its time limit.`)), seconds * 1000);
  });
  try {
    return await Promise.race([handler(event, context), limit]);
  } finally {
    clearTimeout(timer);
  }
};

type Meter = {
  dynamodb: { requests: number; writes: number; readUnits: number; writeUnits: number };
  kms: number;
  sqs: number;
  provider: number;
};
type Totals = Meter & { calls: number };

const totals = new Map<string, Totals>();

/** What every operation and job asked of others since start, told by the functions themselves. */
subscribe('manageros:invocation', (message) => {
  const { operation, meter } = message as { operation: string; meter: Meter };
  const sum = totals.get(operation) ?? {
    calls: 0,
    dynamodb: { requests: 0, writes: 0, readUnits: 0, writeUnits: 0 },
    kms: 0,
    sqs: 0,
    provider: 0,
  };
  sum.calls += 1;
  for (const name of ['requests', 'writes', 'readUnits', 'writeUnits'] as const)
    sum.dynamodb[name] += meter.dynamodb[name];
  for (const name of ['kms', 'sqs', 'provider'] as const) sum[name] += meter[name];
  totals.set(operation, sum);
});

export const metrics = (): Record<string, Totals> => Object.fromEntries(totals);
export const resetMetrics = (): void => totals.clear();
