import type { OAuthState } from '../oauth/index.ts';

/** What the stand-in for Jira Cloud remembers: plain data, kept in one file between starts. */

export type CategoryKey = 'new' | 'indeterminate' | 'done';
export type AccountType = 'atlassian' | 'app' | 'customer';

export type User = {
  accountId: string;
  accountType: AccountType;
  displayName: string;
  email: string | null;
  /** Off when the person's privacy settings hide the address; a search by it still finds the person. */
  emailVisible: boolean;
  active: boolean;
  /** JQL dates are read in the caller's. */
  timeZone: string;
  locale: string;
};

/** `hash` is of the pair, so that the file holds no token. */
export type Token = { email: string; hash: string; expiresAt: number | null };

export type Project = { id: string; key: string; name: string; lead: string | null; lastNumber: number };
export type Status = { id: string; name: string; category: CategoryKey };
export type Priority = { id: string; name: string };
export type IssueType = { id: string; name: string; subtask: boolean };

export type AdfNode = { type: string; text?: string; content?: AdfNode[]; [attribute: string]: unknown };
export type Adf = { type: 'doc'; version: 1; content: AdfNode[] };

export type Issue = {
  id: number;
  key: string;
  /** The keys it had in the projects it was moved from; they still lead to it. */
  formerKeys: string[];
  projectId: string;
  typeId: string;
  statusId: string;
  priorityId: string;
  summary: string;
  description: Adf | null;
  labels: string[];
  assignee: string | null;
  reporter: string | null;
  /** Milliseconds since the epoch, as are the next two. */
  created: number;
  updated: number;
  resolved: number | null;
  /** Who created or edited it: the history that the issue picker searches. */
  touchedBy: string[];
};

export type Limit = { burst: number; perSecond: number; reason: string };

export type Site = {
  host: string;
  cloudId: string;
  title: string;
  users: User[];
  tokens: Token[];
  projects: Project[];
  statuses: Status[];
  /** The most urgent first. */
  priorities: Priority[];
  issueTypes: IssueType[];
  issues: Issue[];
  nextIssueId: number;
  /** The most issues on one page of a search that asks for fields. */
  pageCap: number;
  limit: Limit | null;
  bucket: { tokens: number; at: number };
  /**
   * `refused`: every call with wrong or missing credentials is a 401. `anonymous`: as on the real site,
   * where operations that may be called anonymously answer such a caller with what anybody may see, which
   * on a private site is nothing, with status 200 (JRACLOUD-94680 and
   * https://github.com/MrRefactoring/jira.js/issues/418).
   */
  badCredentials: 'refused' | 'anonymous';
};

export type JiraState = { sites: Record<string, Site>; oauth: OAuthState };

export const emailOf = (user: User, caller: User | null): string | null =>
  user.emailVisible || user.accountId === caller?.accountId ? user.email : null;

export const categoryOf = (site: Site, issue: Issue): CategoryKey =>
  site.statuses.find(({ id }) => id === issue.statusId)?.category ?? 'new';

/** By id, by key in any case, or by a key it had before it was moved. */
export const findIssue = (site: Site, idOrKey: string): Issue | undefined => {
  const key = idOrKey.toUpperCase();
  return (
    site.issues.find((issue) => String(issue.id) === idOrKey) ??
    site.issues.find((issue) => issue.key === key) ??
    site.issues.find((issue) => issue.formerKeys.includes(key))
  );
};

export const findProject = (site: Site, idOrKey: string): Project | undefined =>
  site.projects.find(({ id, key }) => id === idOrKey || key === idOrKey.toUpperCase());
