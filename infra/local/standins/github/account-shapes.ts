import type { FullOrganization, SimpleOrganization, SimpleUser, User } from './schemas.ts';
import type { Account, State } from './state.ts';

/** Accounts as the API shows them; the types are those of GitHub's own OpenAPI description. */

export const api = 'https://api.github.com';
export const web = 'https://github.com';

/** The links of a resource: each name with its path below the resource's address. */
export const linksOn = <T extends Record<string, string>>(
  address: string,
  paths: T,
): { [Name in keyof T]: string } =>
  Object.fromEntries(Object.entries(paths).map(([name, path]) => [name, address + path])) as {
    [Name in keyof T]: string;
  };

export const nodeId = (type: string, id: number): string =>
  Buffer.from(`${String(type.length).padStart(2, '0')}:${type}${id}`).toString('base64');

const userLinks = {
  url: '',
  followers_url: '/followers',
  following_url: '/following{/other_user}',
  gists_url: '/gists{/gist_id}',
  starred_url: '/starred{/owner}{/repo}',
  subscriptions_url: '/subscriptions',
  organizations_url: '/orgs',
  repos_url: '/repos',
  events_url: '/events{/privacy}',
  received_events_url: '/received_events',
} as const;

const avatarOf = ({ id }: Account): string => `https://avatars.githubusercontent.com/u/${id}?v=4`;

export const simpleUser = (account: Account) =>
  ({
    login: account.login,
    id: account.id,
    node_id: nodeId(account.type, account.id),
    avatar_url: avatarOf(account),
    gravatar_id: '',
    ...linksOn(`${api}/users/${encodeURIComponent(account.login)}`, userLinks),
    html_url:
      account.type === 'Bot'
        ? `${web}/apps/${account.login.replace(/\[bot\]$/, '')}`
        : `${web}/${account.login}`,
    type: account.type,
    user_view_type: 'public',
    site_admin: false,
  }) satisfies SimpleUser;

const countOf = (state: State, account: Account, hidden: boolean): number =>
  state.repositories.filter((one) => one.owner === account.id && one.private === hidden).length;

export const publicUser = (state: State, account: Account) =>
  ({
    ...simpleUser(account),
    name: account.name,
    company: account.company,
    blog: '',
    location: account.location,
    email: account.email,
    hireable: null,
    bio: account.bio,
    twitter_username: null,
    public_repos: countOf(state, account, false),
    public_gists: 0,
    followers: 0,
    following: 0,
    created_at: account.createdAt,
    updated_at: account.updatedAt,
  }) satisfies User;

/** `GET /user` of a token that may read the profile. */
export const privateUser = (state: State, account: Account) =>
  ({
    ...publicUser(state, account),
    user_view_type: 'private',
    private_gists: 0,
    total_private_repos: countOf(state, account, true),
    owned_private_repos: countOf(state, account, true),
    disk_usage: 0,
    collaborators: 0,
    two_factor_authentication: true,
    plan: { name: 'free', space: 976_562_499, collaborators: 0, private_repos: 10_000 },
  }) satisfies User;

const organizationLinks = {
  url: '',
  repos_url: '/repos',
  events_url: '/events',
  hooks_url: '/hooks',
  issues_url: '/issues',
  members_url: '/members{/member}',
  public_members_url: '/public_members{/member}',
} as const;

export const simpleOrganization = (account: Account) =>
  ({
    login: account.login,
    id: account.id,
    node_id: nodeId(account.type, account.id),
    ...linksOn(`${api}/orgs/${account.login}`, organizationLinks),
    avatar_url: avatarOf(account),
    description: account.bio,
  }) satisfies SimpleOrganization;

export const fullOrganization = (state: State, account: Account) =>
  ({
    ...simpleOrganization(account),
    ...(account.name !== null && { name: account.name }),
    ...(account.email !== null && { email: account.email }),
    ...(account.location !== null && { location: account.location }),
    blog: '',
    twitter_username: null,
    is_verified: false,
    has_organization_projects: true,
    has_repository_projects: true,
    public_repos: countOf(state, account, false),
    public_gists: 0,
    followers: 0,
    following: 0,
    html_url: `${web}/${account.login}`,
    type: account.type,
    created_at: account.createdAt,
    updated_at: account.updatedAt,
    archived_at: null,
  }) satisfies FullOrganization;
