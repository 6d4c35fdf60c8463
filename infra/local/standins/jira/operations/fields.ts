import type { Call } from '../mount.ts';
import type { Issue } from '../state.ts';
import { issueFields, type View } from '../views.ts';

/** The `fields` parameter, and issues cut down to it. */

const expansions = 'renderedFields,names,schema,operations,editmeta,changelog,versionedRepresentations';

const chosen = (fields: View, wanted: readonly string[]): View => {
  const excluded = new Set(wanted.filter((name) => name.startsWith('-')).map((name) => name.slice(1)));
  const named = wanted.filter((name) => !name.startsWith('-'));
  const isAll = named.length === 0 || named.includes('*all') || named.includes('*navigable');
  return Object.fromEntries(
    Object.entries(fields).filter(([name]) => (isAll || named.includes(name)) && !excluded.has(name)),
  );
};

/** Whether a page of such issues stays within what Jira calls "id or key only". */
export const isLight = (wanted: readonly string[]): boolean =>
  wanted.every((name) => name === 'id' || name === 'key');

export const issueView = (
  { site, user, base }: Call,
  issue: Issue,
  wanted: readonly string[] = ['*all'],
): View => ({
  expand: expansions,
  id: String(issue.id),
  self: `${base}/rest/api/3/issue/${issue.id}`,
  key: issue.key,
  ...(!isLight(wanted) && { fields: chosen(issueFields(site, issue, user, base), wanted) }),
});

/** In a search, naming no fields brings ids only. */
export const foundIssueView = (call: Call, issue: Issue, wanted: readonly string[]): View =>
  wanted.every((name) => name === 'id') ? { id: String(issue.id) } : issueView(call, issue, wanted);
