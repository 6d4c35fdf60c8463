import type { Caller } from '../support/api.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests read answers of every shape.
export type Answer = any;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export const startedSync = async (caller: Caller, id: string): Promise<Answer> => {
  const reply = await caller.post(`/integrations/${id}/sync`);
  if (reply.status !== 202) throw new Error(`sync: ${reply.status} ${reply.text}`);
  return reply.body.sync;
};

/** Waits until a run is over, for at most half a minute. */
export const endOf = async (caller: Caller, id: string, syncId: string): Promise<Answer> => {
  for (let waited = 0; waited < 30_000; waited += 50) {
    const { body, status, text } = await caller.get(`/integrations/${id}/syncs/${syncId}`);
    if (status !== 200) throw new Error(`sync: ${status} ${text}`);
    if (body.sync.endedAt) return body.sync;
    await pause(50);
  }
  throw new Error('The sync did not end.');
};

/** Syncs now and waits for the end. */
export const synced = async (caller: Caller, id: string): Promise<Answer> =>
  endOf(caller, id, (await startedSync(caller, id)).id);

/** All records, page by page, by external id. */
export const recordsOf = async (caller: Caller, id: string, query = ''): Promise<Map<string, Answer>> => {
  const records = new Map<string, Answer>();
  for (let cursor = ''; ; ) {
    const { body, status, text } = await caller.get(`/integrations/${id}/records?limit=100${query}${cursor}`);
    if (status !== 200) throw new Error(`records: ${status} ${text}`);
    for (const record of body.records) records.set(`${record.type} ${record.externalId}`, record);
    if (body.nextCursor === null) return records;
    cursor = `&cursor=${encodeURIComponent(body.nextCursor)}`;
  }
};
