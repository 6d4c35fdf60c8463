import type { ErrorCode } from '../contract/codes.ts';

/** What a person can do about a failed test, by code. */
const hints: Partial<Record<ErrorCode, string>> = {
  provider_unauthorized: 'Check the credentials, or make new ones: they may have expired or been revoked.',
  provider_forbidden: 'The account lacks a permission; the set-up guide names those that are needed.',
  provider_not_found: 'Check the address and the names in the settings.',
  provider_rate_limited: 'The provider limits calls; try again in a minute.',
  provider_unreachable: 'The provider does not answer; try again later.',
  provider_error: 'The provider answered with a fault of its own; try again later.',
  needs_reauth: 'Reconnect the integration.',
  needs_setup: 'Set the integration up first.',
};

export const hintFor = (code: ErrorCode): string | null => hints[code] ?? null;
