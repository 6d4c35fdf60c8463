import { hashOf, standinNow } from '../standin.ts';
import { tokenHash } from './auth.ts';
import { documentOf } from './documents.ts';
import {
  type At,
  InputError,
  type IssueInput,
  type LimitInput,
  type SiteInput,
  type TokenInput,
  type UserInput,
} from './inputs.ts';
import { addIssue } from './operations/issues.ts';
import {
  type AccountType,
  categoryOf,
  findProject,
  type Issue,
  type Site,
  type Token,
  type User,
} from './state.ts';

/** Builds state from what tests and the seed write. */

const momentOf = (at: At): number => {
  const moment = typeof at === 'number' ? at : Date.parse(at);
  if (Number.isNaN(moment)) throw new InputError(`Not a moment: ${at}`);
  return moment;
};

const uuidOf = (text: string): string =>
  hashOf(text)
    .slice(0, 32)
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

const accountIdPrefix: Record<AccountType, string> = {
  atlassian: '712020:',
  app: '557058:',
  customer: 'qm:',
};

export const makeUser = (host: string, input: UserInput): User => {
  const { displayName, email = null, accountType = 'atlassian' } = input;
  return {
    accountId: `${accountIdPrefix[accountType]}${uuidOf(`${host} ${email ?? displayName}`)}`,
    accountType,
    email,
    emailVisible: true,
    active: true,
    timeZone: 'UTC',
    locale: 'en_US',
    ...input,
  };
};

export const makeToken = ({ email, token, expiresAt = null }: TokenInput): Token => ({
  email,
  hash: tokenHash(email, token),
  expiresAt: expiresAt === null ? null : momentOf(expiresAt),
});

const accountNamed = (site: Site, name: string | null): string | null => {
  if (name === null) return null;
  const user = site.users.find(
    ({ accountId, email, displayName }) => accountId === name || email === name || displayName === name,
  );
  if (!user) throw new InputError(`No user of ${site.host}: ${name}`);
  return user.accountId;
};

const idNamed = (list: { id: string; name: string }[], name: string): string => {
  const item = list.find((candidate) => candidate.name === name);
  if (!item)
    throw new InputError(`Not one of ${list.map((candidate) => candidate.name).join(', ')}: ${name}`);
  return item.id;
};

/** The written parts of an issue as the state keeps them. */
export const issueParts = (site: Site, input: IssueInput): Partial<Issue> => ({
  ...(input.summary !== undefined && { summary: input.summary }),
  ...(input.description !== undefined && {
    description: typeof input.description === 'string' ? documentOf(input.description) : input.description,
  }),
  ...(input.type !== undefined && { typeId: idNamed(site.issueTypes, input.type) }),
  ...(input.status !== undefined && { statusId: idNamed(site.statuses, input.status) }),
  ...(input.priority !== undefined && { priorityId: idNamed(site.priorities, input.priority) }),
  ...(input.assignee !== undefined && { assignee: accountNamed(site, input.assignee) }),
  ...(input.reporter !== undefined && { reporter: accountNamed(site, input.reporter) }),
  ...(input.labels !== undefined && { labels: input.labels }),
  ...(input.created !== undefined && { created: momentOf(input.created) }),
  ...(input.updated !== undefined && { updated: momentOf(input.updated) }),
  ...(input.resolved !== undefined && {
    resolved: input.resolved === null ? null : momentOf(input.resolved),
  }),
});

/** An issue is resolved exactly while its status is done. */
export const settleResolution = (site: Site, issue: Issue): void => {
  issue.resolved = categoryOf(site, issue) === 'done' ? (issue.resolved ?? issue.updated) : null;
};

export const makeIssue = (site: Site, input: IssueInput): Issue => {
  const project = input.project === undefined ? site.projects[0] : findProject(site, input.project);
  if (!project) throw new InputError(`No project of ${site.host}: ${input.project}`);
  const parts = issueParts(site, input);
  const reporter = parts.reporter ?? site.users[0]?.accountId ?? null;
  const at = parts.updated ?? parts.created ?? standinNow();
  const change = { reporter, touchedBy: reporter === null ? [] : [reporter], ...parts };
  const issue = addIssue(site, project, change, at);
  settleResolution(site, issue);
  return issue;
};

/** A limit begins with a full bucket. */
export const limitOf = (input: LimitInput | null): Pick<Site, 'limit' | 'bucket'> => ({
  limit: input && { reason: 'jira-burst-based', ...input },
  bucket: { tokens: input?.burst ?? 0, at: Date.now() },
});

const defaultUsers: UserInput[] = [{ displayName: 'Site Admin', email: 'admin@example.com' }];
const defaultStatuses: SiteInput['statuses'] = [
  { name: 'To Do', category: 'new' },
  { name: 'In Progress', category: 'indeterminate' },
  { name: 'Done', category: 'done' },
];
const defaultPriorities = ['Highest', 'High', 'Medium', 'Low', 'Lowest'];
const defaultTypes = ['Task', 'Bug', 'Story', 'Epic', 'Subtask'];

const numbered = <T>(items: T[], first: number): (T & { id: string })[] =>
  items.map((item, index) => ({ ...item, id: String(first + index) }));

export const makeSite = (input: SiteInput): Site => {
  const { host, statuses = defaultStatuses, priorities = defaultPriorities } = input;
  const users = (input.users ?? defaultUsers).map((user) => makeUser(host, user));
  const first = users.find(({ email }) => email !== null)?.email ?? 'admin@example.com';
  const site: Site = {
    host: host.toLowerCase(),
    cloudId: uuidOf(host.toLowerCase()),
    title: input.title ?? 'Jira',
    users,
    tokens: (input.tokens ?? [{ email: first, token: 'jira-token' }]).map(makeToken),
    projects: [],
    statuses: numbered(statuses, 10_000),
    priorities: numbered(
      priorities.map((name) => ({ name })),
      1,
    ),
    issueTypes: numbered(
      (input.issueTypes ?? defaultTypes).map((name) => ({ name, subtask: /^sub-?task$/i.test(name) })),
      10_001,
    ),
    issues: [],
    nextIssueId: 10_000,
    pageCap: input.pageCap ?? 100,
    ...limitOf(input.limit ?? null),
    badCredentials: input.badCredentials ?? 'refused',
  };
  const projects = numbered(input.projects ?? [{ key: 'TEST', name: 'Test' }], 10_000);
  site.projects = projects.map(({ id, key, name = key, lead = null }) => ({
    id,
    key: key.toUpperCase(),
    name,
    lead: accountNamed(site, lead),
    lastNumber: 0,
  }));
  for (const issue of input.issues ?? []) makeIssue(site, issue);
  return site;
};
