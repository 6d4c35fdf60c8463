import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { acme, type Found, type Jira, openJira } from './jira-caller.ts';

/**
 * The answers against the models of jira.js, which are generated from Atlassian's OpenAPI description. Its
 * audit mode makes them refuse properties that are not in the description.
 */
vi.hoisted(() => vi.stubEnv('AUDIT_SCHEMAS', 'true'));
const {
  CreatedIssueSchema,
  DashboardUserSchema,
  ErrorCollectionSchema,
  IssuePickerSuggestionsSchema,
  IssueSchema,
  IssueTypeDetailsSchema,
  JQLCountResultsSchema,
  PageProjectSchema,
  PrioritySchema,
  ProjectSchema,
  SearchAndReconcileResultsSchema,
  ServerInformationSchema,
  StatusDetailsSchema,
  UserDetailsSchema,
} = await import('jira.js/cloud');

let jira: Jira;
beforeAll(async () => {
  jira = await openJira();
});
afterAll(() => jira.stop());

type Schema = { safeParse: (value: unknown) => { success: boolean; error?: unknown } };
const expectValid = (schema: Schema, value: unknown): void => {
  const { success, error } = schema.safeParse(value);
  expect(error).toBeUndefined();
  expect(success).toBe(true);
};

describe('answers agree with the description', () => {
  it('which is strict here', () => {
    expect(StatusDetailsSchema.safeParse({ id: '1', invented: true }).success).toBe(false);
  });

  it.each<[path: string, schema: Schema]>([
    ['/rest/api/3/myself', DashboardUserSchema],
    ['/rest/api/3/user?accountId=5f0c1ada0a7e2b0014c0face', DashboardUserSchema],
    ['/rest/api/3/serverInfo', ServerInformationSchema],
    ['/rest/api/3/project/search?expand=lead,insight,issueTypes,description', PageProjectSchema],
    ['/rest/api/3/project/search?maxResults=1', PageProjectSchema],
    ['/rest/api/3/issue/picker?query=e&currentJQL=', IssuePickerSuggestionsSchema],
    ['/rest/api/3/issue/picker?query=nothing-like-it', IssuePickerSuggestionsSchema],
    ['/rest/api/3/issue/WEB-1', IssueSchema],
    ['/rest/api/3/search/jql?jql=project=WEB', SearchAndReconcileResultsSchema],
    ['/rest/api/3/search/jql?jql=project=WEB&fields=*all&maxResults=3', SearchAndReconcileResultsSchema],
  ])('%s', async (path, schema) => {
    const { status, body } = await jira.get(path);
    expect(status).toBe(200);
    expectValid(schema, body);
  });

  it('in lists of people and statuses', async () => {
    for (const path of ['user/search?query=a', 'users/search']) {
      const { body } = await jira.get<unknown[]>(`/rest/api/3/${path}`);
      expect(body.length).toBeGreaterThan(2);
      for (const user of body) expectValid(DashboardUserSchema, user);
    }
    const { body } = await jira.get<unknown[]>('/rest/api/3/status');
    expect(body).toHaveLength(6);
    for (const status of body) expectValid(StatusDetailsSchema, status);
  });

  it('in the fields of every issue', async () => {
    const { body } = await jira.search('created >= -70d', { fields: '*all', maxResults: '100' });
    expect(body.issues).toHaveLength(30);
    for (const { fields } of (body as Found).issues) {
      expectValid(StatusDetailsSchema, fields['status']);
      expectValid(PrioritySchema, fields['priority']);
      expectValid(IssueTypeDetailsSchema, fields['issuetype']);
      expectValid(ProjectSchema, fields['project']);
      expectValid(UserDetailsSchema, fields['reporter']);
      if (fields['assignee'] !== null) expectValid(UserDetailsSchema, fields['assignee']);
    }
  });

  it('in what creating and counting answer', async () => {
    const fields = { project: { key: 'OPS' }, issuetype: { name: 'Task' }, summary: 'A new one' };
    const created = await jira.call('POST', '/rest/api/3/issue', { body: { fields } });
    expectValid(CreatedIssueSchema, created.body);
    const counted = await jira.call('POST', '/rest/api/3/search/approximate-count', {
      body: { jql: 'project = OPS' },
    });
    expectValid(JQLCountResultsSchema, counted.body);
  });

  it('in refusals', async () => {
    await jira.control('PATCH', `/sites/${acme}`, { limit: { burst: 5, perSecond: 0 } });
    const refusals = [
      await jira.search('nothing'),
      await jira.get('/rest/api/3/issue/WEB-999'),
      await jira.get('/rest/api/3/user?accountId=nobody'),
      await jira.call('POST', '/rest/api/3/issue', { body: { fields: {} } }),
      await jira.get('/rest/api/3/search'),
      await jira.get('/rest/api/3/myself'),
    ];
    expect(refusals.map(({ status }) => status)).toEqual([400, 404, 404, 400, 410, 429]);
    for (const { body } of refusals) expectValid(ErrorCollectionSchema, body);
  });
});

describe('pictures', () => {
  it('come in four sizes over https from known hosts, and do not tell a hidden address', async () => {
    await jira.control('PATCH', `/sites/${acme}`, { limit: null });
    const { body } = await jira.get<{ avatarUrls: Record<string, string> }[]>('/rest/api/3/users/search');
    for (const { avatarUrls } of body) {
      expect(Object.keys(avatarUrls).toSorted()).toEqual(['16x16', '24x24', '32x32', '48x48']);
      expect(new Set(Object.values(avatarUrls)).size).toBe(4);
      for (const address of Object.values(avatarUrls)) {
        const { protocol, hostname } = new URL(address);
        expect(protocol).toBe('https:');
        expect(hostname).toMatch(/(^secure\.gravatar\.com|\.atl-paas\.net)$/);
      }
    }
    const grace = await jira.get('/rest/api/3/user?accountId=5f0c1ada0a7e2b0014c0face');
    expect(grace.text).not.toContain('gravatar');
  });
});

describe('the seed', () => {
  it('holds two months of work in custom statuses of all three categories', async () => {
    const [all, open, underWay, done] = await Promise.all(
      [
        'created >= -61d',
        'statusCategory = new',
        'statusCategory = indeterminate',
        'statusCategory = done',
      ].map((jql) => jira.keys(jql)),
    );
    expect(all?.length).toBeGreaterThanOrEqual(30);
    expect((open?.length ?? 0) + (underWay?.length ?? 0) + (done?.length ?? 0)).toBe(all?.length);
    expect(await jira.keys('status = "Waiting for design"')).not.toEqual([]);
    expect(await jira.keys('status = Shipped')).not.toEqual([]);
    expect(await jira.keys('status = Icebox AND assignee is EMPTY')).not.toEqual([]);
    expect(await jira.keys('updated >= -1d')).not.toEqual([]);
    expect(await jira.keys('created > now()')).toEqual([]);
  });
});
