import type { RestEndpointMethodTypes } from '@octokit/rest';

/** The answers of GitHub's own OpenAPI description, which the shapes are checked against. */

type Methods = RestEndpointMethodTypes;
type Data<Group extends keyof Methods, Method extends keyof Methods[Group]> = Methods[Group][Method] extends {
  response: { data: infer Body };
}
  ? Body
  : never;

export type SimpleUser = Data<'orgs', 'listMembers'>[number];
export type User = Data<'users', 'getAuthenticated'>;
export type SimpleOrganization = Data<'orgs', 'listForAuthenticatedUser'>[number];
export type FullOrganization = Data<'orgs', 'get'>;
export type SimpleRepository = Data<'repos', 'listForAuthenticatedUser'>[number];
export type FullRepository = Data<'repos', 'get'>;
export type Issue = Data<'issues', 'get'>;
export type IssueHit = Data<'search', 'issuesAndPullRequests'>['items'][number];
export type AuthorAssociation = IssueHit['author_association'];
export type SimplePull = Data<'pulls', 'list'>[number];
export type FullPull = Data<'pulls', 'get'>;
