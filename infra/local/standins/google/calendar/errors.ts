import type { StandinAnswer } from '../../standin.ts';

/**
 * The errors of the Calendar API. What its own code refuses is as in
 * https://developers.google.com/calendar/api/guides/errors; what the layer in front of it refuses (401, missing
 * scopes) carries `status` and `details` too, as public reports show.
 */

type Detail = { domain: string; reason: string; message: string; locationType?: string; location?: string };
type Refusal = Error & { answer: StandinAnswer };

/** Where an operation gives up; the gateway sends the answer. */
const refuse = (
  code: number,
  detail: Detail,
  more: { message?: string; status?: string; details?: unknown[]; headers?: Record<string, string> } = {},
): Refusal => {
  const { headers, message = detail.message, ...rest } = more;
  const body = { error: { errors: [detail], code, message, ...rest } };
  return Object.assign(new Error(message), { answer: { status: code, body, ...(headers && { headers }) } });
};

export const isRefusal = (error: unknown): error is Refusal => error instanceof Error && 'answer' in error;

const parameter = (location: string) => ({ locationType: 'parameter', location });
const authorization = { locationType: 'header', location: 'Authorization' };
const realm = 'Bearer realm="https://accounts.google.com/"';

export const loginRequired = (): Refusal =>
  refuse(
    401,
    { domain: 'global', reason: 'required', message: 'Login Required.', ...authorization },
    {
      message:
        'Request is missing required authentication credential. Expected OAuth 2 access token, login cookie ' +
        'or other valid authentication credential. See ' +
        'https://developers.google.com/identity/sign-in/web/devconsole-project.',
      status: 'UNAUTHENTICATED',
      headers: { 'www-authenticate': realm },
    },
  );

export const invalidCredentials = (): Refusal =>
  refuse(
    401,
    { domain: 'global', reason: 'authError', message: 'Invalid Credentials', ...authorization },
    {
      message:
        'Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other ' +
        'valid authentication credential. See ' +
        'https://developers.google.com/identity/sign-in/web/devconsole-project.',
      status: 'UNAUTHENTICATED',
      headers: { 'www-authenticate': `${realm}, error="invalid_token"` },
    },
  );

export const insufficientScopes = (method: string, scopes: string[]): Refusal =>
  refuse(
    403,
    { domain: 'global', reason: 'insufficientPermissions', message: 'Insufficient Permission' },
    {
      message: 'Request had insufficient authentication scopes.',
      status: 'PERMISSION_DENIED',
      details: [
        {
          '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
          reason: 'ACCESS_TOKEN_SCOPE_INSUFFICIENT',
          domain: 'googleapis.com',
          metadata: { service: 'calendar-json.googleapis.com', method },
        },
      ],
      headers: { 'www-authenticate': `${realm}, error="insufficient_scope", scope="${scopes.join(' ')}"` },
    },
  );

const limitMessages: Record<string, string> = {
  rateLimitExceeded: 'Rate Limit Exceeded',
  userRateLimitExceeded: 'User Rate Limit Exceeded',
  quotaExceeded: 'Calendar usage limits exceeded.',
};

export const limitExceeded = (status: number, reason: string, retryAfter: number | null): Refusal => {
  const refusal = refuse(
    status,
    { domain: 'usageLimits', reason, message: limitMessages[reason] ?? reason },
    retryAfter === null ? {} : { headers: { 'retry-after': String(retryAfter) } },
  );
  refusal.answer.changed = true;
  return refusal;
};

export const notFound = (): Refusal =>
  refuse(404, { domain: 'global', reason: 'notFound', message: 'Not Found' });

export const invalid = (message: string, location?: string): Refusal =>
  refuse(400, { domain: 'global', reason: 'invalid', message, ...(location && parameter(location)) });

export const badRequest = (): Refusal =>
  refuse(400, { domain: 'global', reason: 'badRequest', message: 'Bad Request' });

export const required = (message: string): Refusal =>
  refuse(400, { domain: 'global', reason: 'required', message });

export const emptyRange = (): Refusal =>
  refuse(400, {
    domain: 'calendar',
    reason: 'timeRangeEmpty',
    message: 'The specified time range is empty.',
    ...parameter('timeMax'),
  });

export const orderNeedsSingleEvents = (): Refusal =>
  refuse(400, {
    domain: 'calendar',
    reason: 'orderByNotSupported',
    message: 'The requested ordering is not available for the particular query.',
    ...parameter('orderBy'),
  });

export const syncRestricted = (location: string): Refusal =>
  refuse(400, {
    domain: 'calendar',
    reason: 'syncTokenWithRequestRestrictions',
    message: 'Sync token cannot be used with other request restrictions.',
    ...parameter(location),
  });

export const fullSyncRequired = (): Refusal =>
  refuse(410, {
    domain: 'calendar',
    reason: 'fullSyncRequired',
    message: 'Sync token is no longer valid, a full sync is required.',
    ...parameter('syncToken'),
  });

export const updatedMinTooLongAgo = (): Refusal =>
  refuse(410, {
    domain: 'calendar',
    reason: 'updatedMinTooLongAgo',
    message: 'The requested minimum modification time lies too far in the past.',
    ...parameter('updatedMin'),
  });

export const alreadyDeleted = (): Refusal =>
  refuse(410, { domain: 'global', reason: 'deleted', message: 'Resource has been deleted' });

export const duplicate = (): Refusal =>
  refuse(409, {
    domain: 'global',
    reason: 'duplicate',
    message: 'The requested identifier already exists.',
  });

export const conditionNotMet = (): Refusal =>
  refuse(412, {
    domain: 'global',
    reason: 'conditionNotMet',
    message: 'Precondition Failed',
    locationType: 'header',
    location: 'If-Match',
  });

export const needsWriter = (): Refusal =>
  refuse(403, {
    domain: 'calendar',
    reason: 'requiredAccessLevel',
    message: 'You need to have writer access to this calendar.',
  });

export const onlyOrganizer = (): Refusal =>
  refuse(403, {
    domain: 'calendar',
    reason: 'forbiddenForNonOrganizer',
    message: 'Shared properties can only be changed by the organizer of the event.',
  });

export const noAttendeesForServiceAccounts = (): Refusal =>
  refuse(403, {
    domain: 'calendar',
    reason: 'forbiddenForServiceAccounts',
    message: 'Service accounts cannot invite attendees without Domain-Wide Delegation of Authority.',
  });
