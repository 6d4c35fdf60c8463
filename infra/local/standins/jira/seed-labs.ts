import type { IssueInput } from './inputs.ts';
import { makeSite } from './make.ts';
import type { Site } from './state.ts';

/** Acme's second site, `acme-labs.atlassian.net`, of which only Linus Park is a user. */

const day = 24 * 3600 * 1000;
const linus = 'linus@acme.example';

const rows: [type: string, status: string, summary: string, daysAgo: number][] = [
  ['Story', 'In Progress', 'Recommend products by picture', 3],
  ['Task', 'To Do', 'Compare two engines for search', 6],
  ['Bug', 'Done', 'The prototype forgets its settings', 11],
];

export const seedLabs = (now: number): Site =>
  makeSite({
    host: 'acme-labs.atlassian.net',
    title: 'Acme Labs',
    users: [
      {
        accountId: '712020:0a1b2c3d-0000-4000-8000-000000011905',
        displayName: 'Linus Park',
        email: linus,
        timeZone: 'Europe/Helsinki',
      },
    ],
    tokens: [],
    projects: [{ key: 'LAB', name: 'Laboratory', lead: linus }],
    issues: rows.map(
      ([type, status, summary, daysAgo]): IssueInput => ({
        project: 'LAB',
        type,
        status,
        summary,
        assignee: linus,
        reporter: linus,
        created: now - 2 * daysAgo * day,
        updated: now - daysAgo * day,
      }),
    ),
  });
