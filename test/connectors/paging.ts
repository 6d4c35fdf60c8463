import { describe, expect, it } from 'vitest';
import type { SearchPage } from '../../lib/connectors/connector.ts';
import type { ExternalTypeName } from '../../lib/model/link.ts';
import { type Bench, factsOf, range, searchFor } from './subject.ts';

/** No list of ours goes on longer. */
const mostPages = 500;

/** Pages until there is no next one, at most so many. */
const walk = async (
  { connector, subject }: Bench,
  type: ExternalTypeName,
  limit: number,
): Promise<SearchPage[]> => {
  const pages: SearchPage[] = [];
  for (let after: string | null = null; pages.length < mostPages; ) {
    const query = factsOf(subject, type).text;
    const page: SearchPage = await searchFor(connector, connector.open(), type, query, { limit, after });
    pages.push(page);
    if (page.next === null) break;
    after = page.next;
  }
  return pages;
};

/** More requests than this are no search and no person's work. */
const mostRequests = 150;

export const describePaging = (bench: Bench): void => {
  const { id, connector, subject, front } = bench;
  const searchable = connector.manifest.entities.filter((facts) => facts.searchable);
  const { activity } = connector.adapter;

  describe(`${id}: paging`, () => {
    it.each(searchable)('ends, each found once: $type', async ({ type }) => {
      const pages = await walk(bench, type, 1);
      const whole = await walk(bench, type, 50);

      const found = pages.flatMap(({ items }) => items.map((item) => item.id));
      expect(pages.length).toBeGreaterThan(1);
      expect(pages.at(-1)?.next).toBeNull();
      expect(found).toEqual([...new Set(found)]);
      expect(found).toEqual(whole.flatMap(({ items }) => items.map((item) => item.id)));
      for (const { items } of pages) expect(items.length).toBeLessThanOrEqual(1);
    });

    it.each(searchable)(
      'ends where the provider answers every page with the first: $type',
      async ({ type }) => {
        let first: unknown = null;
        front().act(({ pass }) =>
          pass((body) => {
            first ??= body;
            return first;
          }),
        );

        const pages = await walk(bench, type, 2);

        expect(first).not.toBeNull();
        expect(pages.at(-1)?.next).toBeNull();
        expect(front().seen()).toHaveLength(pages.length);
      },
    );

    if (activity)
      it('gives up on work that never ends, and says that it is not all', async () => {
        let asked = 0;
        let first: Record<string, unknown> | null = null;
        front().act(({ response, pass }) => {
          asked += 1;
          const again = (page: Record<string, unknown>) => subject.more?.(page, asked);
          if (first)
            return response
              .writeHead(200, { 'content-type': 'application/json' })
              .end(JSON.stringify(again(first)));
          return pass((body) => {
            first = body as Record<string, unknown>;
            return again(first);
          });
        });

        const { complete } = await activity(connector.open(), {
          personId: factsOf(subject, 'person').id,
          range,
          organizations: [],
        });

        expect(complete).toBe(false);
        expect(asked).toBeLessThanOrEqual(mostRequests);
      });
  });
};
