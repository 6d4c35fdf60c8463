import { beforeAll, describe, expect, it } from 'vitest';
import { company } from '../support/api.ts';
import {
  aGithubAccount,
  aJiraSite,
  connectedGithub,
  connectedJira,
  type GithubAccount,
  type JiraSite,
} from '../support/standins.ts';
import { during, entity } from './asking.ts';

const { admin } = company();
let site: JiraSite;
let account: GithubAccount;
let jira: string;
let github: string;

beforeAll(async () => {
  site = await aJiraSite();
  account = await aGithubAccount();
  jira = (await connectedJira(admin, site)).id;
  github = (await connectedGithub(admin, account)).id;
});

describe('an id that none of its kind can have is 400 and asks nobody', () => {
  it.each([
    ['person', '../issue/TEST-1'],
    ['person', 'a?accountId=b'],
    ['person', 'a b'],
    ['person', 'a#b'],
    ['issue', '../user'],
    ['issue', 'TEST-1/../../user'],
    ['issue', '%2e%2e'],
    ['issue', 'TEST'],
    ['issue', 'TEST-1?x=1'],
    ['issue', 'TEST-'],
    ['issue', 'TEST-1;x'],
    ['issue', '@evil.example'],
  ])('jira %s %j', async (type, externalId) => {
    const { result, calls } = await during(site, () => entity(admin, jira, type, externalId));

    expect([result.status, result.body.code]).toEqual([400, 'invalid_request']);
    expect(result.body.errors).toEqual([{ path: 'externalId', message: expect.any(String) }]);
    expect(calls).toEqual([]);
  });

  it.each([
    ['person', '-octo'],
    ['person', 'octo-'],
    ['person', 'a/b'],
    ['person', 'o'.repeat(40)],
    ['person', 'öcto'],
    ['person', '..'],
    ['repository', 'a'],
    ['repository', 'a/..'],
    ['repository', '../x'],
    ['repository', 'a/b/c'],
    ['repository', 'a/b#1'],
    ['pull_request', 'a/b'],
    ['pull_request', 'a/b#x'],
    ['issue', '../..#1'],
    ['issue', 'a/b#1?x'],
  ])('github %s %j', async (type, externalId) => {
    const { result, calls } = await during(account, () => entity(admin, github, type, externalId));

    expect([result.status, result.body.errors]).toEqual([
      400,
      [{ path: 'externalId', message: expect.any(String) }],
    ]);
    expect(calls).toEqual([]);
  });

  it.each([
    ['type', 'type=banana&externalId=x'],
    ['type', 'type=event&externalId=x'],
    ['type', 'externalId=x'],
    ['externalId', 'type=person'],
    ['externalId', 'type=person&externalId='],
    ['externalId', 'type=person&externalId=a%00b'],
    ['externalId', `type=person&externalId=${'x'.repeat(513)}`],
    ['externalId', 'type=person&externalId=a&externalId=b'],
    ['extra', 'type=person&externalId=a&extra=1'],
  ])('names %s in %s', async (path, query) => {
    const reply = await admin.get(`/integrations/${jira}/entity?${query}`);

    expect([reply.status, reply.body.code]).toEqual([400, 'invalid_request']);
    expect(new Set(reply.body.errors.map((error: { path: string }) => error.path))).toEqual(new Set([path]));
  });
});
