import { randomUUID } from 'node:crypto';
import type { StandinAnswer } from '../../standin.ts';
import { standinNow } from '../../standin.ts';

/** The errors of Graph, in the form of https://learn.microsoft.com/graph/errors. */

type Refusal = Error & {
  status: number;
  code: string;
  headers: Record<string, string>;
  changed: boolean;
};

const refuse = (
  status: number,
  code: string,
  message: string,
  headers: Record<string, string> = {},
  changed = false,
): Refusal => Object.assign(new Error(message), { status, code, headers, changed });

export const isRefusal = (error: unknown): error is Refusal =>
  error instanceof Error && 'code' in error && 'changed' in error;

export const answerOf = (refusal: Refusal, clientRequestId: string | undefined): StandinAnswer => {
  const requestId = randomUUID();
  const { status, code, message, headers, changed } = refusal;
  return {
    status,
    changed,
    headers: { ...headers, 'request-id': requestId, 'client-request-id': clientRequestId ?? requestId },
    body: {
      error: {
        code,
        message,
        innerError: {
          date: new Date(standinNow()).toISOString().slice(0, 19),
          'request-id': requestId,
          'client-request-id': clientRequestId ?? requestId,
        },
      },
    },
  };
};

const challenge = {
  'www-authenticate':
    'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", ' +
    'client_id="00000003-0000-0000-c000-000000000000"',
};

export const noToken = (): Refusal =>
  refuse(401, 'InvalidAuthenticationToken', 'Access token is empty.', challenge);

export const badToken = (expired: boolean): Refusal =>
  refuse(
    401,
    'InvalidAuthenticationToken',
    expired
      ? 'Lifetime validation failed, the token is expired.'
      : 'IDX14100: JWT is not well formed, there are no dots (.).',
    challenge,
  );

export const accessDenied = (): Refusal =>
  refuse(403, 'ErrorAccessDenied', 'Access is denied. Check credentials and try again.');

export const blockedByPolicy = (): Refusal =>
  refuse(
    403,
    'ErrorAccessDenied',
    'Access to OData is disabled: [RAOP] : Blocked by tenant configured AppOnly AccessPolicy settings.',
  );

export const directoryDenied = (): Refusal =>
  refuse(403, 'Authorization_RequestDenied', 'Insufficient privileges to complete the operation.');

export const needsPerson = (): Refusal =>
  refuse(400, 'BadRequest', '/me request is only valid with delegated authentication flow.');

export const noSuchUser = (name: string): Refusal =>
  refuse(404, 'ErrorInvalidUser', `The requested user '${name}' is invalid.`);

export const noSuchObject = (name: string): Refusal =>
  refuse(
    404,
    'Request_ResourceNotFound',
    `Resource '${name}' does not exist or one of its queried reference-property objects are not present.`,
  );

export const noMailbox = (): Refusal =>
  refuse(
    404,
    'MailboxNotEnabledForRESTAPI',
    'The mailbox is either inactive, soft-deleted, or is hosted on-premise.',
  );

export const itemNotFound = (): Refusal =>
  refuse(404, 'ErrorItemNotFound', 'The specified object was not found in the store.');

export const malformedId = (): Refusal => refuse(400, 'ErrorInvalidIdMalformed', 'Id is malformed.');

export const badRequest = (message: string): Refusal => refuse(400, 'BadRequest', message);

export const invalidParameter = (message: string): Refusal => refuse(400, 'ErrorInvalidParameter', message);

export const invalidQuery = (message: string): Refusal => refuse(400, 'ErrorInvalidUrlQuery', message);

export const noSearch = (): Refusal =>
  refuse(400, 'SearchEvents', 'The parameter $search is not currently supported on the Events resource.');

export const unknownProperty = (name: string): Refusal =>
  refuse(
    400,
    'RequestBroker--ParseUri',
    `Could not find a property named '${name}' on type 'microsoft.graph.event'.`,
  );

export const unknownZone = (name: string): Refusal =>
  refuse(
    400,
    'TimeZoneNotSupportedException',
    'A valid TimeZone value must be specified. The following TimeZone value is not supported: ' +
      `'${name}'.`,
  );

export const invalidProperty = (message: string): Refusal =>
  refuse(400, 'ErrorPropertyValidationFailure', message);

export const conflict = (): Refusal =>
  refuse(
    412,
    'ErrorIrresolvableConflict',
    'The send or update operation could not be performed because the change key passed in the request does ' +
      'not match the current change key for the item.',
  );

export const internal = (): Refusal =>
  refuse(500, 'ErrorInternalServerError', 'An internal server error occurred. The operation failed.');

export const syncStateGone = (code: string): Refusal =>
  refuse(
    410,
    code,
    'The sync state generation is not found. The delta token is expired and data must be synchronized again.',
  );

export const throttled = (status: number, code: string, retryAfter: number | null): Refusal =>
  refuse(
    status,
    code,
    'Application is over its MailboxConcurrency limit.',
    retryAfter === null ? {} : { 'retry-after': String(retryAfter) },
    true,
  );
