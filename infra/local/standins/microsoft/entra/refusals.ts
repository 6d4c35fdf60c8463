import { failure, type OAuthFailure } from '../../oauth/index.ts';
import { shape } from './errors.ts';

/** What Entra refuses beyond the usual, each by its number. */

const refuse = (error: string, number: number, text: string, status = 400): OAuthFailure =>
  failure('parameter_invalid', '', shape(error, number, text, status));

export const unknownClient = (id: string, directory: string): OAuthFailure =>
  refuse(
    'unauthorized_client',
    700016,
    `Application with identifier '${id}' was not found in the directory '${directory}'. This can happen if the ` +
      'application has not been installed by the administrator of the tenant or consented to by any user in ' +
      'the tenant. You may have sent your authentication request to the wrong tenant.',
  );

export const noSecret = (): OAuthFailure =>
  refuse(
    'invalid_client',
    7000218,
    "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
    401,
  );

export const wrongSecret = (id: string): OAuthFailure =>
  refuse(
    'invalid_client',
    7000215,
    'Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, ' +
      `not the client secret ID, for a secret added to app '${id}'.`,
    401,
  );

export const expiredSecret = (id: string): OAuthFailure =>
  refuse(
    'invalid_client',
    7000222,
    `The provided client secret keys for app '${id}' are expired. Visit the Azure portal to create new keys for ` +
      'your app.',
    401,
  );

export const unknownTenant = (name: string): OAuthFailure =>
  failure(
    'app_unknown',
    '',
    shape(
      'invalid_request',
      90002,
      `Tenant '${name}' not found. Check to make sure ` +
        'you have the correct tenant ID and are signing into the correct cloud.',
    ),
  );

export const otherTenant = (): OAuthFailure =>
  failure(
    'app_unknown',
    '',
    shape(
      'invalid_request',
      50020,
      'User account from identity provider does not ' +
        'exist in tenant and cannot access the application in that tenant.',
    ),
  );

export const noTenant = (): OAuthFailure =>
  refuse(
    'invalid_request',
    50059,
    'No tenant-identifying information found in either the request or implied by any provided credentials.',
  );

export const notConsented = (client: string): OAuthFailure =>
  refuse(
    'invalid_grant',
    65001,
    `The user or administrator has not consented to use the application with ID '${client}'. Send an ` +
      'interactive authorization request for this user and resource.',
  );

const interactions: Record<number, string> = {
  50076:
    'Due to a configuration change made by your administrator, or because you moved to a new location, you ' +
    'must use multi-factor authentication to access the resource.',
  50079: 'The user must enroll in multi-factor authentication to access the resource.',
  53003: 'Access has been blocked by Conditional Access policies.',
};

export const interaction = (number: number): OAuthFailure =>
  refuse('interaction_required', number, interactions[number] ?? 'Interaction is required.');

export const wrongScope = (scope: string): OAuthFailure =>
  refuse(
    'invalid_scope',
    1002012,
    `The provided value for scope ${scope} is not valid. Client credential flows must have a scope value with ` +
      '/.default suffixed to the resource identifier (application ID URI).',
  );

export const unknownResource = (resource: string): OAuthFailure =>
  refuse('invalid_resource', 500011, `The resource principal named ${resource} was not found in the tenant.`);
