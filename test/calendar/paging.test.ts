import { beforeAll, describe, expect, it } from 'vitest';
import { expectProblem } from '../integrations/told.ts';
import { type Connected, searched, titlesOf, ways } from './calendars.ts';

/** Long lists come page by page, whatever pages the provider makes of them. */

const total = 260;
const range = { from: '2027-03-01', to: '2027-03-31' };

const template = {
  google_calendar: { summary: 'Slot {n}' },
  microsoft_outlook: { subject: 'Slot {n}' },
};

const many = async ({ calendar }: Connected): Promise<void> => {
  const { provider, owner } = calendar;
  await calendar.control('events', {
    [provider === 'google_calendar' ? 'calendar' : 'mailbox']: owner,
    count: total,
    template: template[provider],
    from: '2027-03-01T00:00:00Z',
    everyMinutes: 120,
    minutes: 30,
  });
};

const walked = async (held: Connected, asked: object): Promise<string[][]> => {
  const pages: string[][] = [];
  for (let cursor: string | null = null; pages.length < 50; ) {
    const page = await searched(held, { ...asked, ...(cursor !== null && { cursor }) });
    pages.push(titlesOf(page.items));
    cursor = page.nextCursor;
    if (cursor === null) return pages;
  }
  throw new Error('The pages do not end.');
};

const slots = (...numbers: number[]): string[] => numbers.map((number) => `Slot ${number}`);
const all = Array.from({ length: total }, (_, index) => index + 1);

describe.each(ways)('$way', ({ connect }) => {
  let held: Connected;
  beforeAll(async () => {
    held = await connect();
    await many(held);
  });

  it('gives all, each once, by time, and no page over the limit', async () => {
    const pages = await walked(held, { ...range, limit: 100 });

    expect(pages.flat()).toEqual(slots(...all));
    expect(pages.every((page) => page.length <= 100)).toBe(true);
    expect(pages.length).toBeGreaterThanOrEqual(3);
  });

  it('gives 20 without a limit', async () => {
    const { items, nextCursor } = await searched(held, range);

    expect(titlesOf(items)).toEqual(slots(...all.slice(0, 20)));
    expect(nextCursor).toMatch(/./);
  });

  it('finds by text what is on the last page of the provider', async () => {
    const pages = await walked(held, { ...range, query: 'slot 259' });

    expect(pages.flat()).toEqual(slots(259));
  });

  it('finds by text over pages of ours that cut those of the provider', async () => {
    const pages = await walked(held, { ...range, query: 'slot', limit: 70 });

    expect(pages.flat()).toEqual(slots(...all));
    expect(pages.every((page) => page.length <= 70)).toBe(true);
  });

  it('keeps what a cursor was made for: another question refuses it', async () => {
    const { nextCursor } = await searched(held, range);

    const reply = await held.admin.post(`/integrations/${held.id}/search`, {
      type: 'event',
      ...range,
      query: 'other',
      cursor: nextCursor,
    });

    expectProblem(reply, 400, 'invalid_request', 'cursor');
  });
});
