import { standinNow } from '../standin.ts';
import type { IssueInput, UserInput } from './inputs.ts';
import { makeSite } from './make.ts';
import { seedOAuth } from './oauth/server.ts';
import { seedLabs } from './seed-labs.ts';
import type { JiraState } from './state.ts';

/** The company Acme on `acme.atlassian.net`, two months of its work up to the moment of seeding. */

const users: UserInput[] = [
  {
    accountId: '712020:0a1b2c3d-0000-4000-8000-00000000ad31',
    displayName: 'Acme Admin',
    email: 'admin@acme.example',
  },
  {
    accountId: '5f0c1ada0a7e2b0014c0ada1',
    displayName: 'Ada Lovelace',
    email: 'ada@acme.example',
    timeZone: 'Europe/London',
    locale: 'en_GB',
  },
  {
    accountId: '5f0c1ada0a7e2b0014c0face',
    displayName: 'Grace Hopper',
    email: 'grace@acme.example',
    emailVisible: false,
    timeZone: 'America/New_York',
  },
  {
    accountId: '712020:0a1b2c3d-0000-4000-8000-000000011905',
    displayName: 'Linus Park',
    email: 'linus@acme.example',
    timeZone: 'Europe/Helsinki',
  },
  {
    accountId: '712020:0a1b2c3d-0000-4000-8000-0000000a5704',
    displayName: 'Margaret Stone',
    email: 'margaret@acme.example',
    timeZone: 'America/Los_Angeles',
  },
  {
    accountId: '712020:0a1b2c3d-0000-4000-8000-00000000dead',
    displayName: 'Sam Former',
    email: 'sam@acme.example',
    active: false,
  },
  {
    accountId: '712020:0a1b2c3d-0000-4000-8000-000000000de7',
    displayName: 'Nadia Keyless',
    email: 'nadia@acme.example',
  },
  {
    accountId: '557058:f58131cb-b67d-43c7-b30d-6b58d40bd077',
    displayName: 'Automation for Jira',
    accountType: 'app',
  },
  {
    accountId: 'qm:0a1b2c3d-0000-4000-8000-00000000c057:customer-1',
    displayName: 'Carla Customer',
    email: 'carla@customer.example',
    accountType: 'customer',
  },
];

const ada = 'ada@acme.example';
const grace = 'grace@acme.example';
const linus = 'linus@acme.example';
const margaret = 'margaret@acme.example';
const sam = 'sam@acme.example';
const robot = 'Automation for Jira';

type Row = [
  project: 'WEB' | 'OPS',
  type: string,
  status: string,
  priority: string,
  assignee: string | null,
  createdDaysAgo: number,
  updatedDaysAgo: number,
  summary: string,
  labels?: string[],
];

const rows: Row[] = [
  ['WEB', 'Epic', 'In Progress', 'High', margaret, 59, 2, 'Checkout in one page', ['checkout']],
  ['WEB', 'Story', 'Shipped', 'High', ada, 57, 31, 'Guest checkout without an account', ['checkout']],
  ['WEB', 'Bug', 'Shipped', 'Highest', grace, 55, 52, 'Payment fails for amounts over 1,000', ['payment']],
  ['WEB', 'Task', 'Done', 'Medium', linus, 54, 40, 'Move images to the content network'],
  ['WEB', 'Story', 'Waiting for design', 'Medium', ada, 48, 9, 'Wish lists that can be shared'],
  ['WEB', 'Bug', 'Done', 'Low', ada, 45, 44, 'Typo in the "Thank you" e-mail', ['content']],
  ['WEB', 'Task', 'Icebox', 'Lowest', null, 44, 44, 'Try a dark colour scheme'],
  ['WEB', 'Story', 'In Progress', 'High', grace, 38, 1, 'Address lookup while typing', ['checkout']],
  ['WEB', 'Bug', 'In Progress', 'Highest', ada, 35, 0.2, 'Basket is empty after login', ['login']],
  ['WEB', 'Task', 'Shipped', 'Medium', margaret, 33, 20, 'Measure page speed on phones', ['performance']],
  ['WEB', 'Subtask', 'To Do', 'Medium', linus, 30, 30, 'Choose the sizes for product pictures'],
  ['WEB', 'Story', 'To Do', 'Medium', ada, 26, 12, 'Gift cards (buy, send, redeem)', ['payment']],
  ['WEB', 'Bug', 'Waiting for design', 'High', grace, 21, 6, 'Search ignores umlauts: Müller, Jürgen'],
  ['WEB', 'Task', 'Done', 'Low', sam, 58, 41, 'Hand over the newsletter scripts'],
  ['WEB', 'Story', 'Icebox', 'Low', null, 16, 16, 'Loyalty points for reviews'],
  ['WEB', 'Task', 'In Progress', 'Medium', linus, 12, 3, 'Replace the cookie banner', ['legal']],
  ['WEB', 'Bug', 'To Do', 'High', ada, 5, 4, 'Voucher code "10%-OFF" is rejected', ['payment']],
  ['WEB', 'Task', 'To Do', 'Medium', null, 1, 0.5, 'Plan the winter sale'],
  ['OPS', 'Epic', 'In Progress', 'High', linus, 60, 5, 'Leave the old data centre', ['migration']],
  ['OPS', 'Task', 'Shipped', 'High', linus, 56, 28, 'Move the mail relay', ['migration']],
  ['OPS', 'Task', 'Done', 'Medium', grace, 50, 35, 'Rotate the database passwords', ['security']],
  ['OPS', 'Bug', 'Done', 'Highest', linus, 42, 42, 'Disk full on the build server'],
  ['OPS', 'Task', 'In Progress', 'High', grace, 37, 8, 'Backups that are restored once a month', ['backup']],
  ['OPS', 'Task', 'Waiting for design', 'Low', margaret, 29, 10, 'Status page for customers'],
  ['OPS', 'Bug', 'Shipped', 'High', grace, 24, 19, 'Alerts arrive twice', ['monitoring']],
  ['OPS', 'Task', 'Icebox', 'Lowest', null, 23, 23, 'Look at cheaper log storage'],
  ['OPS', 'Bug', 'In Progress', 'Highest', linus, 9, 0.1, 'Certificate of the shop expires', ['security']],
  ['OPS', 'Task', 'To Do', 'Medium', sam, 40, 39, 'Document the on-call rota'],
  ['OPS', 'Task', 'To Do', 'Medium', grace, 7, 7, 'Test the new load balancer', ['migration']],
  ['OPS', 'Task', 'Done', 'Medium', margaret, 3, 1, 'Order hardware keys for everybody', ['security']],
];

const day = 24 * 3600 * 1000;

export const seed = (): JiraState => {
  const now = standinNow();
  const reporters = [margaret, grace, ada, 'Acme Admin', robot];
  const issues = rows.map(
    (
      [project, type, status, priority, assignee, created, updated, summary, labels = []],
      index,
    ): IssueInput => ({
      project,
      type,
      status,
      priority,
      assignee,
      reporter: reporters[index % reporters.length] ?? margaret,
      summary,
      labels,
      description: `${summary}.\n\nAsked for in the weekly meeting of the ${project} team.`,
      created: now - created * day,
      updated: now - updated * day,
    }),
  );
  const acme = makeSite({
    host: 'acme.atlassian.net',
    users,
    tokens: [{ email: 'admin@acme.example', token: 'jira-demo-token' }],
    projects: [
      { key: 'WEB', name: 'Web Shop', lead: margaret },
      { key: 'OPS', name: 'Operations', lead: linus },
    ],
    statuses: [
      { name: 'To Do', category: 'new' },
      { name: 'Icebox', category: 'new' },
      { name: 'In Progress', category: 'indeterminate' },
      { name: 'Waiting for design', category: 'indeterminate' },
      { name: 'Done', category: 'done' },
      { name: 'Shipped', category: 'done' },
    ],
    issues,
  });
  const labs = seedLabs(now);
  return { sites: { [acme.host]: acme, [labs.host]: labs }, oauth: seedOAuth() };
};
