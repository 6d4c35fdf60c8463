import { createHash } from 'node:crypto';
import type { CategoryKey, Issue, IssueType, Priority, Project, Site, Status, User } from './state.ts';
import { categoryOf, emailOf } from './state.ts';

/** State as Jira writes it. `base` is where the site's REST addresses begin. */

export type View = Record<string, unknown>;

const sizes = { '48x48': 48, '24x24': 24, '16x16': 16, '32x32': 32 };
const projectSizes = {
  '48x48': '',
  '24x24': '?size=small',
  '16x16': '?size=xsmall',
  '32x32': '?size=medium',
};

/** `2026-01-31T10:20:30.000+0000`: the offset has no colon. */
export const timestamp = (at: number): string => new Date(at).toISOString().replace('Z', '+0000');

const avatars = 'https://avatar-management--avatars.us-west-2.prod.public.atl-paas.net';

/** The picture of a hidden address would give the address away. */
const avatarUrls = ({ accountId, displayName, email, emailVisible }: User): View => {
  if (email === null || !emailVisible) {
    return Object.fromEntries(
      Object.entries(sizes).map(([size, pixels]) => [size, `${avatars}/${accountId}/default/${pixels}`]),
    );
  }
  const initials = displayName.split(/\s+/).map((word) => word.charAt(0).toUpperCase());
  const fallback = encodeURIComponent(`${avatars}/initials/${initials.slice(0, 2).join('')}-3.png`);
  const picture = createHash('md5').update(email.toLowerCase()).digest('hex');
  const address = `https://secure.gravatar.com/avatar/${picture}?d=${fallback}`;
  return Object.fromEntries(
    Object.entries(sizes).map(([size, pixels]) => [size, `${address}&size=${pixels}&s=${pixels}`]),
  );
};

export const userView = (user: User, caller: User | null, base: string): View => {
  const email = emailOf(user, caller);
  return {
    self: `${base}/rest/api/3/user?accountId=${encodeURIComponent(user.accountId)}`,
    accountId: user.accountId,
    accountType: user.accountType,
    ...(email !== null && { emailAddress: email }),
    avatarUrls: avatarUrls(user),
    displayName: user.displayName,
    active: user.active,
    timeZone: user.timeZone,
    locale: user.locale,
  };
};

const categories: Record<CategoryKey, { id: number; colorName: string; name: string }> = {
  new: { id: 2, colorName: 'blue-gray', name: 'To Do' },
  indeterminate: { id: 4, colorName: 'yellow', name: 'In Progress' },
  done: { id: 3, colorName: 'green', name: 'Done' },
};

export const categoryNamed = (text: string): CategoryKey | undefined =>
  (Object.keys(categories) as CategoryKey[]).find((key) =>
    [key, String(categories[key].id), categories[key].name.toLowerCase()].includes(text.toLowerCase()),
  );

export const statusView = ({ id, name, category }: Status, base: string): View => ({
  self: `${base}/rest/api/3/status/${id}`,
  description: '',
  iconUrl: `${base}/images/icons/statuses/generic.png`,
  name,
  id,
  statusCategory: {
    self: `${base}/rest/api/3/statuscategory/${categories[category].id}`,
    id: categories[category].id,
    key: category,
    colorName: categories[category].colorName,
    name: categories[category].name,
  },
});

export const priorityView = ({ id, name }: Priority, base: string): View => ({
  self: `${base}/rest/api/3/priority/${id}`,
  iconUrl: `${base}/images/icons/priorities/${name.toLowerCase()}_new.svg`,
  name,
  id,
});

export const issueTypeView = ({ id, name, subtask }: IssueType, base: string): View => ({
  self: `${base}/rest/api/3/issuetype/${id}`,
  id,
  description: '',
  iconUrl: `${base}/rest/api/2/universal_avatar/view/type/issuetype/avatar/10315?size=medium`,
  name,
  subtask,
  avatarId: 10315,
  hierarchyLevel: subtask ? -1 : name === 'Epic' ? 1 : 0,
});

export const projectView = ({ id, key, name }: Project, base: string): View => ({
  self: `${base}/rest/api/3/project/${id}`,
  id,
  key,
  name,
  projectTypeKey: 'software',
  simplified: false,
  avatarUrls: Object.fromEntries(
    Object.entries(projectSizes).map(([size, query]) => [
      size,
      `${base}/rest/api/3/universal_avatar/view/type/project/avatar/10401${query}`,
    ]),
  ),
});

/** Every field of an issue, for `fields` to choose from. */
export const issueFields = (site: Site, issue: Issue, caller: User | null, base: string): View => {
  const shown = <T extends { id: string }>(list: T[], id: string, view: (item: T, base: string) => View) => {
    const item = list.find((candidate) => candidate.id === id);
    return item ? view(item, base) : null;
  };
  const person = (accountId: string | null): View | null => {
    const user = site.users.find((candidate) => candidate.accountId === accountId);
    if (!user) return null;
    const { locale: _, ...view } = userView(user, caller, base);
    return view;
  };
  const isDone = categoryOf(site, issue) === 'done';
  return {
    summary: issue.summary,
    description: issue.description,
    issuetype: shown(site.issueTypes, issue.typeId, issueTypeView),
    project: shown(site.projects, issue.projectId, projectView),
    status: shown(site.statuses, issue.statusId, statusView),
    priority: shown(site.priorities, issue.priorityId, priorityView),
    assignee: person(issue.assignee),
    reporter: person(issue.reporter),
    creator: person(issue.touchedBy[0] ?? null),
    labels: issue.labels,
    created: timestamp(issue.created),
    updated: timestamp(issue.updated),
    duedate: null,
    resolution: isDone ? { self: `${base}/rest/api/3/resolution/10000`, id: '10000', name: 'Done' } : null,
    resolutiondate: issue.resolved === null ? null : timestamp(issue.resolved),
  };
};
