import { type StandinAnswer, standinNow } from '../../standin.ts';
import { fieldErrors, noSuchIssue, ok, refusal } from '../answers.ts';
import { isDocument } from '../documents.ts';
import type { Call, Endpoint, OwnCall } from '../mount.ts';
import { findIssue, findProject, type Issue, type Project, type Site } from '../state.ts';
import { isJson, type Json, readBody } from './body.ts';
import { issueView } from './fields.ts';
import { readList } from './paging.ts';

/** https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/ */

const issueAt = ({ site, request }: Call): Issue | undefined =>
  findIssue(site, request.params['issueIdOrKey'] ?? '');

const readIssue = (call: Call): StandinAnswer => {
  const issue = issueAt(call);
  if (!issue) return noSuchIssue();
  const wanted = readList(call.request.query.getAll('fields'));
  return ok(issueView(call, issue, wanted.length > 0 ? wanted : ['*all']));
};

/** A written value turned into a change, or into what is wrong with it. */
type Reading = { change: Partial<Issue> } | { problem: string };

const chosen = (list: { id: string; name: string }[], value: unknown): string | undefined =>
  isJson(value) ? list.find(({ id, name }) => id === value['id'] || name === value['name'])?.id : undefined;

const accountOf = (site: Site, value: unknown): string | null | undefined => {
  if (value === null) return null;
  const id = isJson(value) ? (value['accountId'] ?? value['id']) : undefined;
  if (id === null) return null;
  return site.users.find(({ accountId, active }) => active && accountId === id)?.accountId;
};

const readers: Record<string, (site: Site, value: unknown) => Reading> = {
  summary: (_, value) => {
    if (typeof value !== 'string' || value.trim() === '') {
      return { problem: 'You must specify a summary of the issue.' };
    }
    if (value.includes('\n')) {
      return { problem: 'The summary is invalid because it contains newline characters.' };
    }
    return value.length > 255
      ? { problem: 'Summary must be less than 255 characters.' }
      : { change: { summary: value } };
  },
  description: (_, value) =>
    value === null || isDocument(value)
      ? { change: { description: value } }
      : { problem: 'Operation value must be an Atlassian Document (see the Atlassian Document Format)' },
  assignee: (site, value) => {
    const assignee = accountOf(site, value);
    return assignee === undefined
      ? { problem: 'The user does not exist or cannot be assigned issues.' }
      : { change: { assignee } };
  },
  reporter: (site, value) => {
    const reporter = accountOf(site, value);
    return reporter ? { change: { reporter } } : { problem: 'The reporter specified is not a user.' };
  },
  priority: (site, value) => {
    const priorityId = chosen(site.priorities, value);
    return priorityId ? { change: { priorityId } } : { problem: 'The priority selected is invalid.' };
  },
  issuetype: (site, value) => {
    const typeId = chosen(site.issueTypes, value);
    return typeId ? { change: { typeId } } : { problem: 'Specify a valid issue type' };
  },
  labels: (_, value) =>
    Array.isArray(value) && value.every((label) => typeof label === 'string' && !/\s/.test(label))
      ? { change: { labels: value as string[] } }
      : { problem: 'The label cannot contain spaces.' },
};

/** The changes that `fields` asks for. A status changes by transition only, and is refused here. */
const readFields = (site: Site, fields: Json): { change: Partial<Issue> } | { refused: StandinAnswer } => {
  const errors: Record<string, string> = {};
  const change: Partial<Issue> = {};
  for (const [name, value] of Object.entries(fields)) {
    const read = (Object.hasOwn(readers, name) && readers[name]?.(site, value)) || {
      problem: `Field '${name}' cannot be set. It is not on the appropriate screen, or unknown.`,
    };
    if ('problem' in read) errors[name] = read.problem;
    else Object.assign(change, read.change);
  }
  return Object.keys(errors).length > 0 ? { refused: fieldErrors(errors) } : { change };
};

const touched = (issue: Issue, accountId: string): string[] =>
  issue.touchedBy.includes(accountId) ? issue.touchedBy : [...issue.touchedBy, accountId];

/** `update` in its simplest form, `{ summary: [{ set: … }] }`, is the same as `fields`. */
const fieldsOf = (body: Json): Json => {
  const update = isJson(body['update']) ? body['update'] : {};
  const sets = Object.entries(update).flatMap(([name, operations]) =>
    Array.isArray(operations) && isJson(operations[0]) && 'set' in operations[0]
      ? [[name, operations[0]['set']]]
      : [],
  );
  return { ...(isJson(body['fields']) ? body['fields'] : {}), ...Object.fromEntries(sets) };
};

const editIssue = (call: Call): StandinAnswer => {
  const issue = issueAt(call);
  if (!issue) return noSuchIssue();
  const read = readBody(call.request);
  if ('refused' in read) return read.refused;
  const { project: _, ...fields } = fieldsOf(read.body);
  if (Object.keys(fields).length === 0) return refusal(400, 'No fields or operations were specified.');
  const changes = readFields(call.site, fields);
  if ('refused' in changes) return changes.refused;
  Object.assign(issue, changes.change, {
    updated: standinNow(),
    touchedBy: touched(issue, call.user?.accountId ?? ''),
  });
  return call.request.query.get('returnIssue') === 'true' ? ok(issueView(call, issue)) : { status: 204 };
};

/** Numbers a new issue in its project; the missing parts are the site's first ones. */
export const addIssue = (site: Site, project: Project, change: Partial<Issue>, at: number): Issue => {
  project.lastNumber += 1;
  site.nextIssueId += 1;
  const issue: Issue = {
    id: site.nextIssueId,
    key: `${project.key}-${project.lastNumber}`,
    formerKeys: [],
    projectId: project.id,
    typeId: site.issueTypes[0]?.id ?? '',
    statusId: (site.statuses.find(({ category }) => category === 'new') ?? site.statuses[0])?.id ?? '',
    priorityId: site.priorities[Math.floor(site.priorities.length / 2)]?.id ?? '',
    summary: `Issue ${project.lastNumber}`,
    description: null,
    labels: [],
    assignee: null,
    reporter: null,
    created: at,
    updated: at,
    resolved: null,
    touchedBy: [],
    ...change,
  };
  site.issues.push(issue);
  return issue;
};

const createIssue = ({ site, user, base, request }: OwnCall): StandinAnswer => {
  const read = readBody(request);
  if ('refused' in read) return read.refused;
  const { project: named, ...fields } = fieldsOf(read.body);
  const idOrKey = isJson(named) ? (named['id'] ?? named['key']) : undefined;
  const project = typeof idOrKey === 'string' ? findProject(site, idOrKey) : undefined;
  if (!project) return fieldErrors({ project: 'Specify a valid project ID or key' });
  const changes = readFields(site, { issuetype: null, summary: null, ...fields });
  if ('refused' in changes) return changes.refused;

  const { accountId } = user;
  const change = { reporter: accountId, ...changes.change, touchedBy: [accountId] };
  const issue = addIssue(site, project, change, standinNow());
  return {
    status: 201,
    body: { id: String(issue.id), key: issue.key, self: `${base}/rest/api/3/issue/${issue.id}` },
  };
};

const path = '/rest/api/3/issue';

export const issueOperations: Endpoint[] = [
  { method: 'POST', path, anonymous: false, scope: 'write:jira-work', handle: createIssue },
  {
    method: 'GET',
    path: `${path}/{issueIdOrKey}`,
    anonymous: true,
    scope: 'read:jira-work',
    handle: readIssue,
  },
  {
    method: 'PUT',
    path: `${path}/{issueIdOrKey}`,
    anonymous: true,
    scope: 'write:jira-work',
    handle: editIssue,
  },
];
