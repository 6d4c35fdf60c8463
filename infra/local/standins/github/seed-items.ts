import { type Item, isoTime, type PullRequest } from './state.ts';

/** Acme's ids, and its pull requests and issues of sixty days. */

const day = 86_400_000;

export const ids = {
  acme: 9001,
  ada: 1001,
  grace: 1002,
  linus: 1003,
  margaret: 1004,
  admin: 1005,
  webShop: 5001,
  opsTools: 5002,
  dotfiles: 5003,
} as const;

const { ada, grace, linus, margaret, admin, webShop, opsTools, dotfiles } = ids;

/** Repository, author, state, days ago created, days ago last changed, title. */
type Row = readonly [number, number, 'open' | 'draft' | 'closed' | 'merged', number, number, string];

const pulls: readonly Row[] = [
  // Opened long ago and merged lately: what a search by creation date alone would miss.
  [webShop, ada, 'merged', 58, 2, 'Replace the payment provider'],
  [webShop, ada, 'merged', 41, 39, 'Round prices in one place'],
  [webShop, ada, 'open', 6, 1, 'Show delivery dates in the basket'],
  [webShop, ada, 'draft', 3, 3, 'Try the new search index'],
  [webShop, grace, 'merged', 52, 50, 'Compile templates once'],
  [webShop, grace, 'merged', 33, 30, 'Fix checkout for guests'],
  [webShop, grace, 'closed', 27, 20, 'Rewrite the basket in Cobol'],
  [webShop, grace, 'open', 9, 4, 'Cache the product pages'],
  [webShop, linus, 'merged', 47, 45, 'Speed up the image pipeline'],
  [webShop, linus, 'merged', 24, 23, 'Remove the old router'],
  [webShop, linus, 'draft', 12, 5, 'Split the monolith'],
  [webShop, linus, 'open', 2, 1, 'Update the dependencies'],
  [webShop, margaret, 'merged', 36, 34, 'Retry failed orders'],
  [webShop, margaret, 'merged', 15, 14, 'Add alarms for lost orders'],
  [webShop, margaret, 'closed', 19, 18, 'Turn off retries at night'],
  [opsTools, ada, 'merged', 44, 43, 'Rotate the backup keys'],
  [opsTools, grace, 'open', 8, 8, 'Document the restore drill'],
  [opsTools, linus, 'merged', 29, 28, 'Print the plan before applying it'],
  [opsTools, linus, 'closed', 55, 40, 'Port the scripts to Perl'],
  [opsTools, margaret, 'merged', 21, 16, 'Check disk space before a release'],
  [opsTools, margaret, 'draft', 5, 2, 'Page the right team'],
  [opsTools, admin, 'merged', 10, 9, 'Bump the release image'],
  [dotfiles, ada, 'merged', 50, 49, 'Sort the aliases'],
  [dotfiles, ada, 'open', 11, 10, 'Move to the new shell'],
  [dotfiles, linus, 'closed', 17, 13, 'Use the other editor'],
];

const issues: readonly Row[] = [
  [webShop, margaret, 'open', 57, 3, 'Orders are lost when the queue is full'],
  [webShop, grace, 'closed', 49, 44, 'Basket forgets its items'],
  [webShop, linus, 'open', 35, 12, 'Images load slowly on phones'],
  [webShop, ada, 'open', 26, 26, 'Prices differ by a cent'],
  [webShop, ada, 'closed', 22, 15, 'Guests cannot check out'],
  [webShop, grace, 'open', 14, 7, 'Search finds nothing with umlauts'],
  [webShop, margaret, 'open', 7, 2, 'Alarm fires twice, @ada-acme please look'],
  [webShop, linus, 'closed', 4, 1, 'Broken link in the footer'],
  [opsTools, admin, 'open', 53, 51, 'Restore drill is overdue'],
  [opsTools, margaret, 'closed', 38, 37, 'Backup key expires in May'],
  [opsTools, linus, 'open', 18, 11, 'Plan output is unreadable'],
  [opsTools, ada, 'open', 5, 5, 'Release image is too large'],
  [opsTools, grace, 'closed', 31, 25, 'Script fails on an empty disk'],
  [dotfiles, linus, 'open', 20, 19, 'Aliases clash with git'],
  [dotfiles, ada, 'closed', 45, 42, 'Prompt is slow'],
];

const people = [ada, grace, linus, margaret] as const;

const itemOf = (now: number, row: Row, index: number, isPull: boolean): Item => {
  const [home, author, state, opened, changed, title] = row;
  // An hour apart each, so that no two have the same time.
  const at = (daysAgo: number): string => isoTime(now - daysAgo * day - (index + 1) * 3_600_000);
  const [createdAt, updatedAt] = [at(opened), at(changed)];
  const over = state === 'closed' || state === 'merged';
  const other = people.find((one, place) => one !== author && place >= index % people.length) ?? ada;
  const pull: PullRequest = {
    draft: state === 'draft',
    mergedAt: state === 'merged' ? updatedAt : null,
    mergedBy: state === 'merged' ? other : null,
    reviewers: state === 'open' ? [other] : [],
    head: title
      .toLowerCase()
      .replace(/[^a-z]+/g, '-')
      .slice(0, 30),
    base: 'main',
  };
  return {
    id: (isPull ? 20_000 : 30_000) + index,
    repository: home,
    number: 0,
    pull: isPull ? pull : null,
    title,
    body: index % 3 === 0 ? null : `${title}.\n\nSee the notes of the last planning.`,
    author,
    assignees: isPull ? [author] : [other],
    labels: index % 4 === 0 ? ['bug'] : index % 4 === 1 ? ['enhancement', 'help wanted'] : [],
    comments: index % 5,
    state: over ? 'closed' : 'open',
    stateReason: !isPull && over ? (index % 2 === 0 ? 'completed' : 'not_planned') : null,
    closedBy: over ? other : null,
    createdAt,
    updatedAt,
    closedAt: over ? updatedAt : null,
  };
};

/** Issues and pull requests share their numbers, in the order they were opened. */
export const seedItems = (now: number): Item[] => {
  const all = [
    ...pulls.map((row, index) => itemOf(now, row, index, true)),
    ...issues.map((row, index) => itemOf(now, row, index, false)),
  ].toSorted((left, right) => (left.createdAt < right.createdAt ? -1 : 1));
  const last = new Map<number, number>();
  return all.map((item) => {
    const number = (last.get(item.repository) ?? 0) + 1;
    last.set(item.repository, number);
    return { ...item, number };
  });
};
