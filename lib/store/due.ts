import { type Key, keys } from './keys.ts';
import { type Due, getMany, queryDue } from './table.ts';

type Span = {
  /** Epoch ms. */
  until: number;
  left: () => number;
  pageSize?: number;
};

/** The keys of what is due of a kind, each page behind the one before, as long as there is time. */
export async function* pagesOfDue(
  kind: string,
  { until, left, pageSize = 100 }: Span,
): AsyncGenerator<readonly Due[]> {
  for (const partition of keys.duePartitions(kind))
    for (let after: Due | null = null; left() > 0; ) {
      const page: Due[] = await queryDue(partition, until, pageSize, after);
      if (page.length > 0) yield page;
      if (page.length < pageSize) break;
      after = page.at(-1) ?? null;
    }
}

/** These items as they are by now, without those that were moved on since the index was read, which lags. */
export const stillDue = async <T extends Key>(due: readonly Due[]): Promise<(T & Due)[]> => {
  const items = await getMany<T & Due>(due.map(({ pk, sk }) => ({ pk, sk })));
  return items.filter(
    (item, index) => item?.due === due[index]?.due && item?.dueAt === due[index]?.dueAt,
  ) as (T & Due)[];
};

/** Runs over all that is due of a kind. One that fails stands in nobody's way; its error is thrown in the end. */
export const forEachDue = async <T extends Key>(
  kind: string,
  span: Span,
  run: (item: T & Due) => Promise<void>,
): Promise<void> => {
  const failures: unknown[] = [];
  for await (const page of pagesOfDue(kind, span))
    for (const item of await stillDue<T>(page))
      try {
        await run(item);
      } catch (error) {
        failures.push(error);
      }
  if (failures.length > 0) throw failures[0];
};
