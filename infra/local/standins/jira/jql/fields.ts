import { textOf } from '../documents.ts';
import { categoryOf, findIssue, findProject, type Issue, type Site, type User } from '../state.ts';
import { categoryNamed } from '../views.ts';
import type { Operator } from './parse.ts';

/** The fields of JQL: what each holds, which operators it takes, what a written value means. */

export type Context = { site: Site; user: User | null; now: number };
/** The ids that a written value stands for, or what is wrong with it. */
export type Meaning = { ids: string[] } | { problem: (field: string) => string };
type SortKey = string | number | null;

export type Field = { sort: ((issue: Issue, site: Site) => SortKey) | null; descending: boolean } & (
  | { kind: 'text'; operators: Operator[]; texts: (issue: Issue) => string[] }
  | { kind: 'date'; operators: Operator[]; at: (issue: Issue) => number }
  | {
      kind: 'choice' | 'user';
      operators: Operator[];
      ids: (issue: Issue, site: Site) => string[];
      find: (text: string, context: Context) => Meaning | null;
      /** Negative when the issue comes before the value; null when they do not compare. */
      compare: ((issue: Issue, id: string, site: Site) => number | null) | null;
    }
);

const equality: Operator[] = ['=', '!=', 'is', 'is not', 'in', 'not in'];
const ordered: Operator[] = [...equality, '>', '>=', '<', '<='];
const textual: Operator[] = ['~', '!~', 'is', 'is not'];

const same = (left: string, right: string): boolean => left.toLowerCase() === right.toLowerCase();

const named = (list: { id: string; name: string }[], text: string): Meaning | null => {
  const found = list.filter(({ id, name }) => id === text || same(name, text));
  return found.length > 0 ? { ids: found.map(({ id }) => id) } : null;
};

/** Somebody unknown is nobody's assignee, not an error (JRASERVER-66744). */
const person = (text: string, { site }: Context): Meaning => ({
  ids: site.users
    .filter(
      ({ accountId, displayName, email, emailVisible }) =>
        accountId === text ||
        same(displayName, text) ||
        (emailVisible && email !== null && same(email, text)),
    )
    .map(({ accountId }) => accountId),
});

const userField = (of: (issue: Issue) => string | null): Field => ({
  kind: 'user',
  operators: equality,
  ids: (issue) => [of(issue)].filter((id) => id !== null),
  find: person,
  compare: null,
  sort: (issue, { users }) => users.find(({ accountId }) => accountId === of(issue))?.displayName ?? null,
  descending: false,
});

const dateField = (at: (issue: Issue) => number): Field => ({
  kind: 'date',
  operators: ordered,
  at,
  sort: at,
  descending: true,
});

const keyParts = (key: string): [string, number] => {
  const dash = key.lastIndexOf('-');
  return [key.slice(0, dash), Number(key.slice(dash + 1))];
};

const keyField: Field = {
  kind: 'choice',
  operators: ordered,
  ids: ({ id }) => [String(id)],
  find: (text, { site }) => {
    if (!/^([a-z][a-z0-9_]*-)?\d+$/i.test(text)) {
      return { problem: (field) => `The issue key '${text}' for field '${field}' is invalid.` };
    }
    const issue = findIssue(site, text);
    return issue
      ? { ids: [String(issue.id)] }
      : { problem: (field) => `An issue with key '${text}' does not exist for field '${field}'.` };
  },
  compare: (issue, id, site) => {
    const [project, number] = keyParts(issue.key);
    const [otherProject, otherNumber] = keyParts(findIssue(site, id)?.key ?? '');
    return project === otherProject ? number - otherNumber : null;
  },
  sort: ({ key }) => {
    const [project, number] = keyParts(key);
    return `${project}-${String(number).padStart(12, '0')}`;
  },
  descending: false,
};

const project: Field = {
  kind: 'choice',
  operators: equality,
  ids: ({ projectId }) => [projectId],
  find: (text, { site }) => {
    const byKey = findProject(site, text);
    return byKey ? { ids: [byKey.id] } : named(site.projects, text);
  },
  compare: null,
  sort: ({ projectId }, { projects }) => projects.find(({ id }) => id === projectId)?.name ?? null,
  descending: false,
};

const status: Field = {
  kind: 'choice',
  operators: equality,
  ids: ({ statusId }) => [statusId],
  find: (text, { site }) => named(site.statuses, text),
  compare: null,
  sort: ({ statusId }, { statuses }) => statuses.findIndex(({ id }) => id === statusId),
  descending: true,
};

const statusCategory: Field = {
  kind: 'choice',
  operators: equality,
  ids: (issue, site) => [categoryOf(site, issue)],
  find: (text) => {
    const key = categoryNamed(text);
    return key ? { ids: [key] } : null;
  },
  compare: null,
  sort: (issue, site) => ['new', 'indeterminate', 'done'].indexOf(categoryOf(site, issue)),
  descending: true,
};

const issueType: Field = {
  kind: 'choice',
  operators: equality,
  ids: ({ typeId }) => [typeId],
  find: (text, { site }) => named(site.issueTypes, text),
  compare: null,
  sort: ({ typeId }, { issueTypes }) => issueTypes.find(({ id }) => id === typeId)?.name ?? null,
  descending: false,
};

/** The most urgent is the greatest. */
const urgency = (site: Site, priorityId: string): number =>
  -site.priorities.findIndex(({ id }) => id === priorityId);

const priority: Field = {
  kind: 'choice',
  operators: ordered,
  ids: ({ priorityId }) => [priorityId],
  find: (text, { site }) => named(site.priorities, text),
  compare: ({ priorityId }, id, site) => urgency(site, priorityId) - urgency(site, id),
  sort: ({ priorityId }, site) => urgency(site, priorityId),
  descending: true,
};

const labels: Field = {
  kind: 'choice',
  operators: equality,
  ids: (issue) => issue.labels.map((label) => label.toLowerCase()),
  find: (text) => ({ ids: [text.toLowerCase()] }),
  compare: null,
  sort: (issue) => issue.labels.toSorted()[0] ?? null,
  descending: false,
};

const textField = (texts: (issue: Issue) => string[], operators = textual): Field => ({
  kind: 'text',
  operators,
  texts: (issue) => texts(issue).filter((text) => text !== ''),
  sort: null,
  descending: false,
});

export const fields: Record<string, Field> = {
  assignee: userField((issue) => issue.assignee),
  reporter: userField((issue) => issue.reporter),
  project,
  key: keyField,
  issuekey: keyField,
  issue: keyField,
  id: keyField,
  status,
  statuscategory: statusCategory,
  issuetype: issueType,
  type: issueType,
  priority,
  labels,
  summary: { ...textField(({ summary }) => [summary]), sort: ({ summary }) => summary.toLowerCase() },
  description: textField(({ description }) => [textOf(description)]),
  text: textField(({ summary, description }) => [summary, textOf(description)], ['~']),
  created: dateField(({ created }) => created),
  createddate: dateField(({ created }) => created),
  updated: dateField(({ updated }) => updated),
  updateddate: dateField(({ updated }) => updated),
};
