import { AsyncLocalStorage } from 'node:async_hooks';
import { channel } from 'node:diagnostics_channel';

/** What one invocation asked of others; printed in its log line, compared with the capacity table by a test. */
export type Meter = {
  dynamodb: { requests: number; writes: number; readUnits: number; writeUnits: number };
  kms: number;
  sqs: number;
  provider: number;
};

const current = new AsyncLocalStorage<Meter>();

const newMeter = (): Meter => ({
  dynamodb: { requests: 0, writes: 0, readUnits: 0, writeUnits: 0 },
  kms: 0,
  sqs: 0,
  provider: 0,
});

/** Where finished invocations are told; the local cloud listens, on Lambda nobody does. */
const finished = channel('manageros:invocation');

/** Runs one invocation with a meter that every call made inside counts on. */
export const metered = async <T>(operation: string, run: () => Promise<T>): Promise<T> => {
  const meter = newMeter();
  try {
    return await current.run(meter, run);
  } finally {
    finished.publish({ operation, meter });
  }
};

/** The running invocation's meter, null outside of one. */
export const currentMeter = (): Meter | null => current.getStore() ?? null;

export const count = (what: 'kms' | 'sqs' | 'provider'): void => {
  const meter = current.getStore();
  if (meter) meter[what] += 1;
};

export const countDynamo = (writes: boolean, units: number): void => {
  const meter = current.getStore()?.dynamodb;
  if (!meter) return;
  meter.requests += 1;
  if (writes) meter.writes += 1;
  meter[writes ? 'writeUnits' : 'readUnits'] += units;
};
