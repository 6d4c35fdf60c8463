import * as z from 'zod/mini';
import type { PullRequestItem } from '../../model/activity.ts';
import type { Account } from '../../model/integration.ts';
import type { ExternalItem } from '../../model/link.ts';
import { cleanLine, cleanOptional, cleanTime, safeUrl } from '../clean.ts';
import { manifest } from './manifest.ts';

/** What GitHub's REST API sends, in the parts we read. */
const text = z.nullish(z.string());
/** Names that become ids and addresses: with anything else in them the answer is not GitHub's. */
const login = z.string().check(z.regex(/^[A-Za-z0-9_[\]-]{1,100}$/));
const fullName = z.string().check(z.regex(/^[A-Za-z0-9_-]{1,100}\/[A-Za-z0-9._-]{1,100}$/));
const repositoryUrl = z
  .string()
  .check(z.regex(/^https:\/\/[a-z0-9.-]{1,100}\/repos\/[A-Za-z0-9_-]{1,100}\/[A-Za-z0-9._-]{1,100}$/));

export const User = z.object({
  id: z.number(),
  login,
  type: text,
  name: text,
  email: text,
  bio: text,
  avatar_url: text,
});

/** An issue or pull request, as the search and the issue endpoint send it. */
export const Issue = z.object({
  number: z.number(),
  title: text,
  state: text,
  draft: z.nullish(z.boolean()),
  body: text,
  repository_url: repositoryUrl,
  user: z.nullish(z.object({ login })),
  created_at: text,
  updated_at: text,
  closed_at: text,
  pull_request: z.nullish(z.object({ merged_at: text })),
});

export const Pull = z.object({
  number: z.number(),
  title: text,
  state: text,
  draft: z.nullish(z.boolean()),
  body: text,
  user: z.nullish(z.object({ login })),
  updated_at: text,
  merged_at: text,
  base: z.nullish(z.object({ repo: z.nullish(z.object({ full_name: fullName })) })),
});

export const Repository = z.object({
  full_name: fullName,
  description: text,
  private: z.nullish(z.boolean()),
  language: text,
  pushed_at: text,
});

const page = <T extends z.ZodMiniType>(item: T) =>
  z.object({ total_count: z.number(), incomplete_results: z.nullish(z.boolean()), items: z.array(item) });
export const UserPage = page(User);
export const IssuePage = page(Issue);
export const RepositoryPage = page(Repository);

type User = z.infer<typeof User>;
type Issue = z.infer<typeof Issue>;
type Pull = z.infer<typeof Pull>;
type Repository = z.infer<typeof Repository>;

/** GitHub's web address of something; built by us, so that it always points there. */
export const web = (path: string): string => `https://github.com/${path}`;

export const toAccount = (user: User): Account => ({
  id: String(user.id),
  name: cleanOptional(user.name) ?? user.login,
  email: cleanOptional(user.email),
  url: web(user.login),
});

export const toPerson = (user: User): ExternalItem => ({
  id: user.login,
  type: 'person',
  title: cleanLine(user.name, 200, user.login),
  description: cleanOptional(user.bio, 500),
  url: web(user.login),
  email: cleanOptional(user.email),
  metadata: { login: user.login, avatarUrl: safeUrl(user.avatar_url, manifest.linkHosts) },
});

export const toRepository = (repository: Repository): ExternalItem => ({
  id: repository.full_name,
  type: 'repository',
  title: repository.full_name,
  description: cleanOptional(repository.description, 500),
  url: web(repository.full_name),
  email: null,
  metadata: {
    private: repository.private === true,
    language: cleanOptional(repository.language, 60),
    pushedAt: cleanTime(repository.pushed_at),
  },
});

/** `owner/name` of an address such as `https://api.github.com/repos/owner/name`. */
export const repositoryOf = (url: string): string => url.split('/').slice(-2).join('/');

/** Merged is a kind of closed; only an open one is a draft. */
const stateOf = (
  state: string | null | undefined,
  draft: boolean | null | undefined,
  mergedAt: string | null | undefined,
): PullRequestItem['state'] => {
  if (mergedAt) return 'merged';
  if (state === 'closed') return 'closed';
  return draft ? 'draft' : 'open';
};

export const toIssue = (issue: Issue, repository: string): ExternalItem => ({
  id: `${repository}#${issue.number}`,
  type: 'issue',
  title: cleanLine(issue.title),
  description: cleanOptional(issue.body, 500),
  url: web(`${repository}/issues/${issue.number}`),
  email: null,
  metadata: {
    state: issue.state === 'closed' ? 'closed' : 'open',
    repository,
    author: issue.user?.login ?? null,
    updatedAt: cleanTime(issue.updated_at),
  },
});

export const toPull = (pull: Pull, repository: string): ExternalItem => ({
  id: `${repository}#${pull.number}`,
  type: 'pull_request',
  title: cleanLine(pull.title),
  description: cleanOptional(pull.body, 500),
  url: web(`${repository}/pull/${pull.number}`),
  email: null,
  metadata: {
    state: stateOf(pull.state, pull.draft, pull.merged_at),
    repository,
    author: pull.user?.login ?? null,
    updatedAt: cleanTime(pull.updated_at),
  },
});

/** The search sends a pull request as an issue that says when it was merged. */
export const asPull = (issue: Issue): Pull => ({ ...issue, merged_at: issue.pull_request?.merged_at });

export const toPullRequest = (issue: Issue): PullRequestItem | null => {
  const createdAt = cleanTime(issue.created_at);
  const updatedAt = cleanTime(issue.updated_at);
  if (createdAt === null || updatedAt === null) return null;
  const repository = repositoryOf(issue.repository_url);
  return {
    kind: 'pull_request',
    number: issue.number,
    title: cleanLine(issue.title),
    state: stateOf(issue.state, issue.draft, issue.pull_request?.merged_at),
    repository,
    createdAt,
    updatedAt,
    closedAt: cleanTime(issue.closed_at),
    mergedAt: cleanTime(issue.pull_request?.merged_at),
    url: web(`${repository}/pull/${issue.number}`),
  };
};
