import { type Route, type StandinAnswer, type StandinRequest, standinNow } from '../standin.ts';
import { tokenHash } from './auth.ts';
import {
  type At,
  InputError,
  type IssueInput,
  type LimitInput,
  type SiteInput,
  type TokenInput,
  type UserInput,
} from './inputs.ts';
import { issueParts, limitOf, makeIssue, makeSite, makeToken, makeUser, settleResolution } from './make.ts';
import { findIssue, findProject, type JiraState, type Site } from './state.ts';

/** How tests and demos change what the stand-in holds. Answers 400 or 404 with `{ error }`. */

type Spread = At | { from: At; to: At };
type IssuesInput = {
  issues?: IssueInput[];
  count?: number;
  template?: Omit<IssueInput, 'created' | 'updated'>;
  created?: Spread;
  updated?: Spread;
};
type Settings = { pageCap?: number; limit?: LimitInput | null; badCredentials?: Site['badCredentials'] };

const bodyOf = <T>({ body }: StandinRequest): T => JSON.parse(body.toString() || '{}') as T;

const missing = (what: string): StandinAnswer => ({ status: 404, body: { error: `No ${what}` } });

const spread = (given: Spread | undefined, index: number, count: number): { at?: number } => {
  if (given === undefined) return {};
  const { from, to } = typeof given === 'object' ? given : { from: given, to: given };
  const [first, last] = [new Date(from).getTime(), new Date(to).getTime()];
  if (Number.isNaN(first + last)) throw new InputError(`Not moments: ${from}, ${to}`);
  return { at: Math.round(first + ((last - first) * index) / Math.max(1, count - 1)) };
};

const manyIssues = ({ count = 1, template = {}, created, updated }: IssuesInput): IssueInput[] =>
  Array.from({ length: count }, (_, index) => {
    const createdAt = spread(created, index, count).at;
    const updatedAt = spread(updated, index, count).at;
    return {
      ...template,
      summary: (template.summary ?? 'Issue {n}').replace('{n}', String(index + 1)),
      ...(createdAt !== undefined && { created: createdAt }),
      ...(updatedAt !== undefined && { updated: updatedAt }),
    };
  });

export const controls = (state: JiraState): Route[] => {
  type Handle = (site: Site, request: StandinRequest) => StandinAnswer;
  const guarded = (handle: Route['handle']): Route['handle'] => {
    return async (request) => {
      try {
        return await handle(request);
      } catch (error) {
        if (!(error instanceof InputError || error instanceof SyntaxError)) throw error;
        return { status: 400, body: { error: error.message } };
      }
    };
  };
  const onSite = (method: string, path: string, handle: Handle): Route => ({
    method,
    path: `/__standin/sites/{host}${path}`,
    handle: guarded((request) => {
      const site = state.sites[(request.params['host'] ?? '').toLowerCase()];
      return site ? handle(site, request) : missing(`site ${request.params['host']}`);
    }),
  });

  return [
    /** Creates or replaces a site: `SiteInput`, all but `host` defaulted. Answers 201 with the site. */
    {
      method: 'POST',
      path: '/__standin/sites',
      handle: guarded((request) => {
        const site = makeSite(bodyOf<SiteInput>(request));
        state.sites[site.host] = site;
        return { status: 201, body: site };
      }),
    },

    /** Answers the whole site as it is kept. */
    onSite('GET', '', (site) => ({ status: 200, body: site })),

    /** Forgets the site: its host then answers as one that does not exist. */
    onSite('DELETE', '', ({ host }) => {
      delete state.sites[host];
      return { status: 204 };
    }),

    /**
     * Settings, each optional: `{ pageCap, limit: { burst, perSecond, reason? } | null, badCredentials }`.
     */
    onSite('PATCH', '', (site, request) => {
      const { pageCap, limit, badCredentials } = bodyOf<Settings>(request);
      if (pageCap !== undefined) site.pageCap = pageCap;
      if (badCredentials !== undefined) site.badCredentials = badCredentials;
      if (limit !== undefined) Object.assign(site, limitOf(limit));
      return { status: 204 };
    }),

    /** Adds people: `UserInput` or a list of them. Answers 201 with them, account ids included. */
    onSite('POST', '/users', (site, request) => {
      const users = [bodyOf<UserInput | UserInput[]>(request)]
        .flat()
        .map((user) => makeUser(site.host, user));
      site.users.push(...users);
      return { status: 201, body: { users } };
    }),

    /** Changes a person: any part of `UserInput`, as `{ emailVisible: false }` or `{ active: false }`. */
    onSite('PATCH', '/users/{accountId}', (site, request) => {
      const user = site.users.find(({ accountId }) => accountId === request.params['accountId']);
      if (!user) return missing('such user');
      Object.assign(user, bodyOf<Partial<UserInput>>(request));
      return { status: 200, body: user };
    }),

    /** Adds an API token: `{ email, token, expiresAt? }`. */
    onSite('POST', '/tokens', (site, request) => {
      site.tokens.push(makeToken(bodyOf<TokenInput>(request)));
      return { status: 204 };
    }),

    /** Revokes an API token, whoever's it is. */
    onSite('DELETE', '/tokens/{token}', (site, { params }) => {
      const kept = site.tokens.filter(({ email, hash }) => hash !== tokenHash(email, params['token'] ?? ''));
      if (kept.length === site.tokens.length) return missing('such token');
      site.tokens = kept;
      return { status: 204 };
    }),

    /**
     * Adds issues: `{ issues: [IssueInput] }`, or many of one kind, `{ count, template, created, updated }`,
     * where a date is one moment or `{ from, to }` to spread them over, and `{n}` in the template's summary
     * becomes the number. Answers 201 with `{ keys }`.
     */
    onSite('POST', '/issues', (site, request) => {
      const input = bodyOf<IssuesInput>(request);
      const issues = (input.issues ?? manyIssues(input)).map((issue) => makeIssue(site, issue));
      return { status: 201, body: { keys: issues.map(({ key }) => key) } };
    }),

    /**
     * Changes an issue: any part of `IssueInput`; `updated` is now unless it is given. Another `project`
     * moves it there under a new key.
     */
    onSite('PATCH', '/issues/{key}', (site, request) => {
      const issue = findIssue(site, request.params['key'] ?? '');
      if (!issue) return missing('such issue');
      const input = bodyOf<IssueInput>(request);
      const project = input.project === undefined ? undefined : findProject(site, input.project);
      if (input.project !== undefined && !project) return missing('such project');
      Object.assign(issue, { updated: standinNow() }, issueParts(site, input));
      settleResolution(site, issue);
      if (project && project.id !== issue.projectId) {
        project.lastNumber += 1;
        issue.formerKeys.push(issue.key);
        issue.key = `${project.key}-${project.lastNumber}`;
        issue.projectId = project.id;
      }
      return { status: 200, body: issue };
    }),

    /** Deletes an issue. */
    onSite('DELETE', '/issues/{key}', (site, { params }) => {
      const issue = findIssue(site, params['key'] ?? '');
      if (!issue) return missing('such issue');
      site.issues = site.issues.filter(({ id }) => id !== issue.id);
      return { status: 204 };
    }),
  ];
};
