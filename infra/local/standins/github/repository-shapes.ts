import { type Role, roleOf } from './access.ts';
import { api, linksOn, nodeId, simpleUser, web } from './account-shapes.ts';
import type { Caller } from './gateway.ts';
import type { FullRepository, SimpleRepository } from './schemas.ts';
import { accountById, fullNameOf, type Repository, type State } from './state.ts';

const links = {
  url: '',
  archive_url: '/{archive_format}{/ref}',
  assignees_url: '/assignees{/user}',
  blobs_url: '/git/blobs{/sha}',
  branches_url: '/branches{/branch}',
  collaborators_url: '/collaborators{/collaborator}',
  comments_url: '/comments{/number}',
  commits_url: '/commits{/sha}',
  compare_url: '/compare/{base}...{head}',
  contents_url: '/contents/{+path}',
  contributors_url: '/contributors',
  deployments_url: '/deployments',
  downloads_url: '/downloads',
  events_url: '/events',
  forks_url: '/forks',
  git_commits_url: '/git/commits{/sha}',
  git_refs_url: '/git/refs{/sha}',
  git_tags_url: '/git/tags{/sha}',
  hooks_url: '/hooks',
  issue_comment_url: '/issues/comments{/number}',
  issue_events_url: '/issues/events{/number}',
  issues_url: '/issues{/number}',
  keys_url: '/keys{/key_id}',
  labels_url: '/labels{/name}',
  languages_url: '/languages',
  merges_url: '/merges',
  milestones_url: '/milestones{/number}',
  notifications_url: '/notifications{?since,all,participating}',
  pulls_url: '/pulls{/number}',
  releases_url: '/releases{/id}',
  stargazers_url: '/stargazers',
  statuses_url: '/statuses/{sha}',
  subscribers_url: '/subscribers',
  subscription_url: '/subscription',
  tags_url: '/tags',
  teams_url: '/teams',
  trees_url: '/git/trees{/sha}',
} as const;

const permissionsOf = (role: Role | null) => {
  if (!role) return {};
  const [admin, push] = [role === 'admin', role !== 'read'];
  return { permissions: { admin, maintain: admin, push, triage: push, pull: true } };
};

const callersRole = (state: State, repository: Repository, { user }: Caller): Role | null =>
  user && roleOf(state, user.id, repository);

export const repositoryShape = (state: State, repository: Repository, caller: Caller) => {
  const fullName = fullNameOf(state, repository);
  const open = state.items.filter((one) => one.repository === repository.id && one.state === 'open').length;
  return {
    id: repository.id,
    node_id: nodeId('Repository', repository.id),
    name: repository.name,
    full_name: fullName,
    private: repository.private,
    owner: simpleUser(accountById(state, repository.owner)),
    html_url: `${web}/${fullName}`,
    description: repository.description,
    fork: repository.fork,
    ...linksOn(`${api}/repos/${fullName}`, links),
    git_url: `git://github.com/${fullName}.git`,
    ssh_url: `git@github.com:${fullName}.git`,
    clone_url: `${web}/${fullName}.git`,
    svn_url: `${web}/${fullName}`,
    mirror_url: null,
    homepage: null,
    language: repository.language,
    size: 128,
    stargazers_count: repository.stars,
    watchers_count: repository.stars,
    watchers: repository.stars,
    forks_count: 0,
    forks: 0,
    open_issues_count: open,
    open_issues: open,
    default_branch: 'main',
    has_issues: true,
    has_projects: true,
    has_downloads: true,
    has_wiki: true,
    has_pages: false,
    has_discussions: false,
    archived: repository.archived,
    disabled: false,
    license: null,
    allow_forking: true,
    is_template: false,
    web_commit_signoff_required: false,
    topics: repository.topics,
    visibility: repository.private ? 'private' : 'public',
    pushed_at: repository.pushedAt,
    created_at: repository.createdAt,
    updated_at: repository.updatedAt,
    ...permissionsOf(callersRole(state, repository, caller)),
  } satisfies SimpleRepository;
};

const mergeSettings = {
  allow_squash_merge: true,
  allow_merge_commit: true,
  allow_rebase_merge: true,
  allow_auto_merge: false,
  delete_branch_on_merge: false,
} as const;

/** `GET /repos/{owner}/{repo}` tells more than the lists do, and most to who may push. */
export const fullRepositoryShape = (state: State, repository: Repository, caller: Caller) => {
  const owner = accountById(state, repository.owner);
  const role = callersRole(state, repository, caller);
  return {
    ...repositoryShape(state, repository, caller),
    ...((role === 'admin' || role === 'write') && mergeSettings),
    ...(owner.type === 'Organization' && { organization: simpleUser(owner) }),
    network_count: 0,
    subscribers_count: 1,
    temp_clone_token: repository.private ? '' : null,
  } satisfies FullRepository;
};
