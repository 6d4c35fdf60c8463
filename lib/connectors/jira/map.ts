import * as z from 'zod/mini';
import type { TicketItem } from '../../model/activity.ts';
import type { Account } from '../../model/integration.ts';
import type { ExternalItem } from '../../model/link.ts';
import type { SyncItem } from '../../model/sync.ts';
import { cleanLine, cleanOptional, cleanTime, safeUrl } from '../clean.ts';
import { manifest } from './manifest.ts';

/** What Jira Cloud's REST API v3 sends, in the parts we read. */
const text = z.nullish(z.string());

export const User = z.object({
  accountId: z.string().check(z.regex(/^[A-Za-z0-9:_-]{1,128}$/)),
  accountType: text,
  displayName: text,
  emailAddress: text,
  active: z.nullish(z.boolean()),
  avatarUrls: z.nullish(z.record(z.string(), z.string())),
});
export const Users = z.array(User);

export const Issue = z.object({
  key: z.string().check(z.regex(/^[A-Z][A-Z0-9_]{0,60}-\d{1,12}$/)),
  fields: z.object({
    summary: text,
    description: z.optional(z.unknown()),
    issuetype: z.nullish(z.object({ name: text })),
    status: z.nullish(z.object({ name: text, statusCategory: z.nullish(z.object({ key: text })) })),
    priority: z.nullish(z.object({ name: text })),
    project: z.nullish(z.object({ key: text, name: text })),
    assignee: z.nullish(z.object({ accountId: text, displayName: text })),
    created: text,
    updated: text,
  }),
});
export const IssuePage = z.object({
  issues: z.array(Issue),
  nextPageToken: text,
  isLast: z.nullish(z.boolean()),
});

/** What a sync reads of an issue besides. */
export const SyncedIssue = z.extend(Issue, {
  fields: z.extend(Issue.shape.fields, {
    labels: z.nullish(z.array(z.string())),
    duedate: text,
    resolutiondate: text,
    reporter: z.nullish(z.object({ displayName: text })),
  }),
});
/** A page whose issues are read one by one, so that a broken one does not hide the rest. */
export const LoosePage = z.object({
  issues: z.array(z.unknown()),
  nextPageToken: text,
  isLast: z.nullish(z.boolean()),
});

/** The sites a consent covers. */
export const Resources = z.array(
  z.object({
    id: z.string().check(z.regex(/^[A-Za-z0-9-]{1,64}$/)),
    name: text,
    url: z.string(),
    scopes: z._default(z.array(z.string()), []),
  }),
);

type User = z.infer<typeof User>;
type Issue = z.infer<typeof Issue>;
type SyncedIssue = z.infer<typeof SyncedIssue>;

export const issueFields = [
  'summary',
  'description',
  'issuetype',
  'status',
  'priority',
  'project',
  'assignee',
  'created',
  'updated',
];
export const ticketFields = issueFields.filter((field) => field !== 'description' && field !== 'assignee');

/** People only: no app or portal accounts, nobody who left. */
export const isPerson = (user: User): boolean =>
  user.active !== false && (user.accountType ?? 'atlassian') === 'atlassian';

const largest = ['48x48', '32x32', '24x24', '16x16'];

export const toAccount = (user: User, site: string): Account => ({
  id: user.accountId,
  name: cleanOptional(user.displayName),
  email: cleanOptional(user.emailAddress),
  url: site,
});

export const toPerson = (user: User, site: string): ExternalItem => {
  const avatar = largest.map((size) => user.avatarUrls?.[size]).find(Boolean);
  return {
    id: user.accountId,
    type: 'person',
    title: cleanLine(user.displayName, 200, user.accountId),
    description: null,
    url: `${site}/jira/people/${encodeURIComponent(user.accountId)}`,
    email: cleanOptional(user.emailAddress),
    metadata: {
      avatarUrl: safeUrl(avatar, [...manifest.linkHosts, new URL(site).hostname]),
      active: user.active !== false,
    },
  };
};

/** The visible text of an Atlassian document: its `text` nodes, blocks apart by a space. */
const documentText = (node: unknown, depth = 0): string => {
  if (typeof node === 'string') return node;
  if (typeof node !== 'object' || node === null || depth > 30) return '';
  const { text: own, content } = node as { text?: unknown; content?: unknown };
  if (typeof own === 'string') return own;
  return Array.isArray(content) ? content.map((child) => documentText(child, depth + 1)).join(' ') : '';
};

/** Jira's own word for “in progress” is `indeterminate`; custom statuses always belong to one of three categories. */
export const statusCategory = (issue: Issue): 'new' | 'in_progress' | 'done' => {
  const key = issue.fields.status?.statusCategory?.key;
  if (key === 'done') return 'done';
  return key === 'indeterminate' ? 'in_progress' : 'new';
};

export const toIssue = (issue: Issue, site: string): ExternalItem => {
  const { fields, key } = issue;
  return {
    id: key,
    type: 'issue',
    title: cleanLine(fields.summary, 300, key),
    description: cleanOptional(documentText(fields.description), 500),
    url: `${site}/browse/${encodeURIComponent(key)}`,
    email: null,
    metadata: {
      status: cleanOptional(fields.status?.name, 100),
      statusCategory: statusCategory(issue),
      issueType: cleanOptional(fields.issuetype?.name, 100),
      priority: cleanOptional(fields.priority?.name, 100),
      project: cleanOptional(fields.project?.key, 100),
      assignee: cleanOptional(fields.assignee?.displayName, 200),
      updatedAt: cleanTime(fields.updated),
    },
  };
};

/** Null where Jira left out when it was made or changed: such a ticket is in no range. */
export const toTicket = (issue: Issue, site: string): TicketItem | null => {
  const { fields, key } = issue;
  const createdAt = cleanTime(fields.created);
  const updatedAt = cleanTime(fields.updated);
  if (createdAt === null || updatedAt === null) return null;
  return {
    kind: 'ticket',
    key,
    title: cleanLine(fields.summary, 300, key),
    issueType: cleanLine(fields.issuetype?.name, 100, 'Issue'),
    status: cleanLine(fields.status?.name, 100, 'Unknown'),
    statusCategory: statusCategory(issue),
    priority: cleanOptional(fields.priority?.name, 100),
    project: {
      key: cleanLine(fields.project?.key, 100, key.split('-')[0]),
      name: cleanLine(fields.project?.name, 200, key.split('-')[0]),
    },
    createdAt,
    updatedAt,
    url: `${site}/browse/${encodeURIComponent(key)}`,
  };
};

export const syncFields = [...issueFields, 'labels', 'duedate', 'resolutiondate', 'reporter'];

export const toTask = ({ key, fields }: SyncedIssue, site: string): SyncItem => ({
  type: 'task',
  id: key,
  url: `${site}/browse/${encodeURIComponent(key)}`,
  createdAt: cleanTime(fields.created),
  updatedAt: cleanTime(fields.updated),
  category: statusCategory({ key, fields }),
  sources: {
    summary: cleanLine(fields.summary, 300, key),
    description: cleanOptional(documentText(fields.description), 2000),
    status: cleanOptional(fields.status?.name, 100),
    issueType: cleanOptional(fields.issuetype?.name, 100),
    priority: cleanOptional(fields.priority?.name, 100),
    project: cleanOptional(fields.project?.key, 100),
    projectName: cleanOptional(fields.project?.name, 200),
    assignee: cleanOptional(fields.assignee?.displayName, 200),
    assigneeId: cleanOptional(fields.assignee?.accountId, 128),
    reporter: cleanOptional(fields.reporter?.displayName, 200),
    labels: (fields.labels ?? []).slice(0, 50).map((label) => cleanLine(label, 100, '')),
    dueDate: cleanOptional(fields.duedate, 30),
    resolvedAt: cleanTime(fields.resolutiondate),
  },
});
