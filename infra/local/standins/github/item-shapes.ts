import { hashOf } from '../standin.ts';
import { membershipOf } from './access.ts';
import { api, linksOn, nodeId, simpleUser, web } from './account-shapes.ts';
import type { Caller } from './gateway.ts';
import { repositoryShape } from './repository-shapes.ts';
import type { AuthorAssociation, FullPull, Issue, IssueHit, SimplePull } from './schemas.ts';
import {
  accountById,
  fullNameOf,
  type Item,
  type PullRequest,
  type Repository,
  repositoryById,
  type State,
} from './state.ts';

/** Issues and pull requests; to the issues API a pull request is an issue with a `pull_request`. */

const homeOf = (state: State, item: Item): { repository: Repository; fullName: string } => {
  const repository = repositoryById(state, item.repository);
  if (!repository) throw new Error(`no repository ${item.repository}`);
  return { repository, fullName: fullNameOf(state, repository) };
};

const labelShape = (fullName: string, name: string) => {
  const id = Number.parseInt(hashOf(`${fullName} ${name}`).slice(0, 8), 16);
  return {
    id,
    node_id: nodeId('Label', id),
    url: `${api}/repos/${fullName}/labels/${encodeURIComponent(name)}`,
    name,
    color: hashOf(name).slice(0, 6),
    default: false,
    description: '',
  };
};

const associationOf = (state: State, item: Item, repository: Repository): AuthorAssociation => {
  if (repository.owner === item.author) return 'OWNER';
  if (membershipOf(state, repository.owner, item.author)) return 'MEMBER';
  if (repository.collaborators.includes(item.author)) return 'COLLABORATOR';
  return 'NONE';
};

const usersOf = (state: State, ids: number[]) => ids.map((id) => simpleUser(accountById(state, id)));

/** What issues and pull requests have in common. */
const itemShape = (state: State, item: Item) => {
  const { repository, fullName } = homeOf(state, item);
  const assignees = usersOf(state, item.assignees);
  return {
    id: item.id,
    number: item.number,
    title: item.title,
    state: item.state,
    locked: false,
    active_lock_reason: null,
    user: simpleUser(accountById(state, item.author)),
    labels: item.labels.map((name) => labelShape(fullName, name)),
    assignee: assignees[0] ?? null,
    assignees,
    milestone: null,
    author_association: associationOf(state, item, repository),
    html_url: `${web}/${fullName}/${item.pull ? 'pull' : 'issues'}/${item.number}`,
    created_at: item.createdAt,
    updated_at: item.updatedAt,
    closed_at: item.closedAt,
    body: item.body,
  };
};

const reactionsOf = (url: string) => ({
  url: `${url}/reactions`,
  total_count: 0,
  '+1': 0,
  '-1': 0,
  laugh: 0,
  hooray: 0,
  confused: 0,
  heart: 0,
  rocket: 0,
  eyes: 0,
});

export const issueShape = (state: State, item: Item) => {
  const { fullName } = homeOf(state, item);
  const url = `${api}/repos/${fullName}/issues/${item.number}`;
  const pullPage = `${web}/${fullName}/pull/${item.number}`;
  return {
    ...itemShape(state, item),
    ...linksOn(url, {
      url: '',
      labels_url: '/labels{/name}',
      comments_url: '/comments',
      events_url: '/events',
      timeline_url: '/timeline',
    }),
    repository_url: `${api}/repos/${fullName}`,
    node_id: nodeId(item.pull ? 'PullRequest' : 'Issue', item.id),
    comments: item.comments,
    ...(item.pull && {
      draft: item.pull.draft,
      pull_request: {
        url: `${api}/repos/${fullName}/pulls/${item.number}`,
        html_url: pullPage,
        diff_url: `${pullPage}.diff`,
        patch_url: `${pullPage}.patch`,
        merged_at: item.pull.mergedAt,
      },
    }),
    state_reason: item.stateReason,
    closed_by: item.closedBy === null ? null : simpleUser(accountById(state, item.closedBy)),
    performed_via_github_app: null,
    reactions: reactionsOf(url),
  } satisfies Issue;
};

/** A search hit is an issue without who closed it, with its score. Its body may be null, as an issue's. */
export const issueHitShape = (state: State, item: Item) => {
  const { closed_by: _, ...issue } = issueShape(state, item);
  return { ...issue, score: 1 } satisfies Omit<IssueHit, 'body'> & Pick<Issue, 'body'>;
};

const branchOf = (state: State, item: Item, caller: Caller, ref: string, side: string) => {
  const { repository } = homeOf(state, item);
  const owner = accountById(state, repository.owner);
  return {
    label: `${owner.login}:${ref}`,
    ref,
    sha: hashOf(`${item.id} ${side}`).slice(0, 40),
    user: simpleUser(owner),
    repo: repositoryShape(state, repository, caller),
  };
};

export const pullShape = (state: State, item: Item, pull: PullRequest, caller: Caller) => {
  const { fullName } = homeOf(state, item);
  const url = `${api}/repos/${fullName}/pulls/${item.number}`;
  const issue = `${api}/repos/${fullName}/issues/${item.number}`;
  const page = `${web}/${fullName}/pull/${item.number}`;
  const head = branchOf(state, item, caller, pull.head, 'head');
  const addresses = {
    url,
    issue_url: issue,
    comments_url: `${issue}/comments`,
    review_comments_url: `${url}/comments`,
    review_comment_url: `${api}/repos/${fullName}/pulls/comments{/number}`,
    commits_url: `${url}/commits`,
    statuses_url: `${api}/repos/${fullName}/statuses/${head.sha}`,
  };
  return {
    ...itemShape(state, item),
    ...addresses,
    node_id: nodeId('PullRequest', item.id),
    diff_url: `${page}.diff`,
    patch_url: `${page}.patch`,
    merged_at: pull.mergedAt,
    merge_commit_sha: hashOf(`${item.id} merge`).slice(0, 40),
    requested_reviewers: usersOf(state, pull.reviewers),
    requested_teams: [],
    draft: pull.draft,
    head,
    base: branchOf(state, item, caller, pull.base, 'base'),
    _links: {
      self: { href: url },
      html: { href: page },
      issue: { href: issue },
      comments: { href: addresses.comments_url },
      review_comments: { href: addresses.review_comments_url },
      review_comment: { href: addresses.review_comment_url },
      commits: { href: addresses.commits_url },
      statuses: { href: addresses.statuses_url },
    },
    auto_merge: null,
  } satisfies SimplePull;
};

/** `GET …/pulls/{number}` alone knows whether it can be merged, and its size. */
export const fullPullShape = (state: State, item: Item, pull: PullRequest, caller: Caller) =>
  ({
    ...pullShape(state, item, pull, caller),
    merged: pull.mergedAt !== null,
    mergeable: item.state === 'open' ? true : null,
    rebaseable: item.state === 'open' ? true : null,
    mergeable_state: item.state === 'open' ? (pull.draft ? 'draft' : 'clean') : 'unknown',
    merged_by: pull.mergedBy === null ? null : simpleUser(accountById(state, pull.mergedBy)),
    comments: item.comments,
    review_comments: 0,
    maintainer_can_modify: false,
    commits: 1,
    additions: 10,
    deletions: 2,
    changed_files: 1,
  }) satisfies FullPull;
