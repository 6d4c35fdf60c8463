import type * as z from 'zod/mini';
import type { IssueInput } from '../../infra/local/standins/jira/inputs.ts';
import type { Call } from '../../infra/local/standins/standin.ts';
import type { personActivity, teamActivity } from '../../lib/contract/operations/activity.ts';
import { type Caller, newId } from '../support/api.ts';
import { aGithubAccount, aJiraSite, connectedGithub, connectedJira, control } from '../support/standins.ts';

/** Persons with accounts at the stand-ins, and what the API shows of them. */

export type Shown = z.output<typeof personActivity.answers.ok.body>;
export type ShownTeam = z.output<typeof teamActivity.answers.ok.body>['persons'];
export type Range = { from: string; to: string };
type Headers = Record<string, string>;

export const march: Range = { from: '2025-03-01', to: '2025-03-31' };
/** A moment inside it. */
export const inMarch = '2025-03-12T10:00:00Z';

export const pathOf = (personId: string, query: Record<string, string> = march): string =>
  `/persons/${encodeURIComponent(personId)}/activity?${new URLSearchParams(query).toString()}`;

/** What is shown of a person; fails where the API refuses. */
export const activityOf = async (
  by: Caller,
  personId: string,
  query: Record<string, string> = march,
  headers: Headers = {},
): Promise<Shown> => {
  const reply = await by.get(pathOf(personId, query), { headers });
  if (reply.status !== 200) throw new Error(`activity: ${reply.status} ${reply.text}`);
  return reply.body as Shown;
};

export const teamOf = async (
  by: Caller,
  personIds: readonly string[],
  range: Range = march,
  headers: Headers = {},
): Promise<ShownTeam> => {
  const reply = await by.post('/activity', { personIds, ...range }, { headers });
  if (reply.status !== 200) throw new Error(`activity: ${reply.status} ${reply.text}`);
  return reply.body.persons as ShownTeam;
};

/** The answer for a person without links. */
export const nothing: Shown = {
  items: [],
  metrics: {
    tickets: { completed: 0, inProgress: 0, notStarted: 0, total: 0 },
    pullRequests: { open: 0, merged: 0, closed: 0, total: 0 },
  },
  sources: [],
  linked: false,
  degraded: false,
};

export const pullInMarch = { created: inMarch, updated: inMarch };
export const refreshed = { ...march, refresh: 'true' };

export const ticketKeys = ({ items }: Pick<Shown, 'items'>): string[] =>
  items.flatMap((item) => (item.kind === 'ticket' ? [item.key] : [])).toSorted();
export const pullNames = ({ items }: Pick<Shown, 'items'>): string[] =>
  items
    .flatMap((item) => (item.kind === 'pull_request' ? [`${item.repository}#${item.number}`] : []))
    .toSorted();

/** The integrations an answer speaks of. */
export const idsOf = ({ sources }: Shown): string[] =>
  sources.map(({ integrationId }) => integrationId).toSorted();

type Source = { calls: () => Promise<Call[]> };

/** What something gave, and the calls that reached these accounts' providers while it ran. */
export const watched = async <T>(
  sources: readonly Source[],
  run: () => Promise<T>,
): Promise<{ answer: T; calls: Call[] }> => {
  const before = await Promise.all(sources.map(({ calls }) => calls()));
  const answer = await run();
  const after = await Promise.all(sources.map(({ calls }) => calls()));
  return { answer, calls: after.flatMap((all, index) => all.slice(before[index]?.length)) };
};

export const searchesOf = (calls: readonly Call[]): string[] =>
  calls.map(({ query }) => new URLSearchParams(query).get('q') ?? '');

export const linked = async (
  by: Caller,
  personId: string,
  integrationId: string,
  accountId: string,
): Promise<string> => {
  const reply = await by.post('/links', {
    entity: { type: 'Person', id: personId },
    integrationId,
    external: { type: 'person', id: accountId },
  });
  if (reply.status !== 201) throw new Error(`link: ${reply.status} ${reply.text}`);
  return reply.body.link.id as string;
};

type Scope = 'organization' | 'user';

/** A Jira site, connected, with an account of the person. */
export const inJira = async (
  by: Caller,
  personId: string,
  { scope = 'organization', site = {} }: { scope?: Scope; site?: Record<string, unknown> } = {},
) => {
  const accountId = newId('712020');
  const jira = await aJiraSite({ users: [{ displayName: 'Ann Lee', accountId }], ...site });
  const { id: integrationId } = (await connectedJira(by, jira, scope)) as { id: string };
  const linkId = await linked(by, personId, integrationId, accountId);
  /** Tickets of the person; gives their keys. */
  const add = async (...issues: IssueInput[]): Promise<string[]> => {
    const body = { issues: issues.map((issue) => ({ assignee: accountId, ...issue })) };
    return (await jira.control<{ keys: string[] }>('POST', '/issues', body)).keys;
  };
  return { ...jira, accountId, integrationId, linkId, add };
};

export const anOwner = async (name = newId('o').replace('_', '-')): Promise<string> => {
  await control('github', 'POST', 'organizations', { login: name });
  return name;
};

export const aRepository = async (owner: string, more: object = {}): Promise<string> => {
  const repository = `${owner}/app`;
  await control('github', 'POST', 'repositories', { repository, ...more });
  return repository;
};

export const aLogin = async (): Promise<string> => {
  const login = newId('dev').replace('_', '-');
  await control('github', 'POST', 'users', { login });
  return login;
};

/** Pull requests at the stand-in; gives `owner/name#number` of each. */
export const pulls = async (repository: string, author: string, input: object): Promise<string[]> => {
  const body = { repository, author, ...input };
  const { numbers } = await control<{ numbers: number[] }>('github', 'POST', 'pulls', body);
  return numbers.map((number) => `${repository}#${number}`);
};

/** A GitHub account, connected, and the login of the person, who works in a public repository. */
export const inGithub = async (
  by: Caller,
  personId: string,
  { scope = 'organization', login = null }: { scope?: Scope; login?: string | null } = {},
) => {
  const account = await aGithubAccount();
  const { id: integrationId } = (await connectedGithub(by, account, scope)) as { id: string };
  const author = login ?? (await aLogin());
  const linkId = await linked(by, personId, integrationId, author);
  const repository = await aRepository(await anOwner());
  /** Pull requests of the person. */
  const add = (input: object): Promise<string[]> => pulls(repository, author, input);
  return { ...account, author, integrationId, linkId, repository, add };
};
