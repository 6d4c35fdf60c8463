import { hashOf, type StandinAnswer, standinNow } from '../../standin.ts';
import { ok } from '../answers.ts';
import type { Call, Endpoint } from '../mount.ts';
import type { Project } from '../state.ts';
import { issueTypeView, projectView, statusView, timestamp, userView, type View } from '../views.ts';
import { readList, readPage } from './paging.ts';

const serverInfo = ({ site }: Call): StandinAnswer => {
  const baseUrl = `https://${site.host}`;
  return ok({
    baseUrl,
    displayUrl: baseUrl,
    displayUrlServicedeskHelpCenter: baseUrl,
    displayUrlConfluence: `${baseUrl}/wiki`,
    version: '1001.0.0-SNAPSHOT',
    versionNumbers: [1001, 0, 0],
    deploymentType: 'Cloud',
    buildNumber: 100_293,
    buildDate: '2026-11-03T07:11:33.000+0000',
    serverTime: timestamp(standinNow()),
    scmInfo: hashOf('jira').slice(0, 40),
    serverTitle: site.title,
    defaultLocale: { locale: 'en_US' },
    serverTimeZone: 'Etc/UTC',
  });
};

const statuses = ({ site, base }: Call): StandinAnswer =>
  ok(site.statuses.map((status) => statusView(status, base)));

const expanded = ({ site, user, base }: Call, project: Project, expand: string[]): View => {
  const lead = site.users.find(({ accountId }) => accountId === project.lead);
  const issues = site.issues.filter(({ projectId }) => projectId === project.id);
  const additions: Record<string, View> = {
    description: { description: '' },
    lead: lead ? { lead: userView(lead, user, base) } : {},
    issueTypes: { issueTypes: site.issueTypes.map((type) => issueTypeView(type, base)) },
    insight: {
      insight: {
        totalIssueCount: issues.length,
        ...(issues.length > 0 && {
          lastIssueUpdateTime: timestamp(Math.max(...issues.map(({ updated }) => updated))),
        }),
      },
    },
  };
  return {
    expand: 'description,lead,issueTypes,url,projectKeys,permissions,insight',
    ...projectView(project, base),
    style: 'classic',
    isPrivate: false,
    properties: {},
    ...Object.assign({}, ...expand.map((name) => additions[name] ?? {})),
  };
};

const orders: Record<string, (left: Project, right: Project) => number> = {
  key: (left, right) => left.key.localeCompare(right.key),
  name: (left, right) => left.name.localeCompare(right.name),
};

/** https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-projects/ */
const searchProjects = (call: Call): StandinAnswer => {
  const { request, site, base } = call;
  const { query: parameters } = request;
  const range = readPage(request, { fallback: 50, most: 100 });
  if ('refused' in range) return range.refused;
  const { startAt, maxResults } = range;
  const text = (parameters.get('query') ?? '').toLowerCase();
  const keys = parameters.getAll('keys');
  const ids = parameters.getAll('id');
  const [, sign = '', by = ''] = /^([+-]?)(\w+)$/.exec(parameters.get('orderBy') ?? 'key') ?? [];
  const order = orders[by] ?? (() => 0);

  const found = site.projects
    .filter(({ key, name }) => key.toLowerCase().includes(text) || name.toLowerCase().includes(text))
    .filter(({ key }) => keys.length === 0 || keys.includes(key))
    .filter(({ id }) => ids.length === 0 || ids.includes(id))
    .toSorted((left, right) => (sign === '-' ? -1 : 1) * order(left, right));
  const values = found.slice(startAt, startAt + maxResults);
  const isLast = startAt + values.length >= found.length;
  const pageAt = (start: number): string =>
    `${base}/rest/api/3/project/search?maxResults=${maxResults}&startAt=${start}`;
  return ok({
    self: pageAt(startAt),
    ...(!isLast && { nextPage: pageAt(startAt + maxResults) }),
    maxResults,
    startAt,
    total: found.length,
    isLast,
    values: values.map((project) => expanded(call, project, readList(parameters.getAll('expand')))),
  });
};

export const siteOperations: Endpoint[] = [
  {
    method: 'GET',
    path: '/rest/api/3/serverInfo',
    anonymous: true,
    scope: 'read:jira-work',
    handle: serverInfo,
  },
  { method: 'GET', path: '/rest/api/3/status', anonymous: true, scope: 'read:jira-work', handle: statuses },
  {
    method: 'GET',
    path: '/rest/api/3/project/search',
    anonymous: true,
    scope: 'read:jira-work',
    handle: searchProjects,
  },
];
