import type { ErrorCode } from '../contract/codes.ts';
import { AppError, hasCode } from '../errors/error.ts';
import type { OutboundError } from '../outbound/failure.ts';
import { retryAfterSeconds } from '../outbound/retry.ts';
import type { Classify, Refusal } from './connector.ts';

const byStatus: Record<number, ErrorCode> = {
  401: 'provider_unauthorized',
  403: 'provider_forbidden',
  404: 'provider_not_found',
  408: 'provider_unreachable',
  410: 'provider_not_found',
  429: 'provider_rate_limited',
};

const sentences: Partial<Record<ErrorCode, string>> = {
  provider_unauthorized: 'does not accept the credentials.',
  provider_forbidden: 'does not allow this with these credentials.',
  provider_not_found: 'does not know what was asked for.',
  provider_rate_limited: 'asks us to wait before the next call.',
  provider_unreachable: 'does not answer.',
  provider_error: 'answered in a way we cannot use.',
};

export const providerError = (
  provider: string,
  code: ErrorCode,
  details: { cause?: unknown; retryAfter?: number; refused?: boolean } = {},
): AppError => new AppError(code, `${provider} ${sentences[code] ?? sentences.provider_error}`, details);

/** What a refusal means to our callers. The provider's own text is never shown: it may quote what it was sent. */
export const errorOfRefusal = (provider: string, refusal: Refusal, classify: Classify | null): AppError => {
  const special = classify?.(refusal) ?? null;
  const code = special?.code ?? byStatus[refusal.status] ?? 'provider_error';
  const asked = special?.retryAfter ?? retryAfterSeconds(refusal.headers);
  const retryAfter = asked ?? (code === 'provider_rate_limited' ? 60 : null);
  const refused = code === 'provider_error' && refusal.status >= 400 && refusal.status < 500;
  return providerError(provider, code, { refused, ...(retryAfter !== null && { retryAfter }) });
};

/** `trying`: credentials are being tried, so that an address that is not allowed is the caller's fault. */
export const errorOfFailure = (provider: string, failure: OutboundError, trying: boolean): AppError => {
  if (failure.reason === 'timeout' || failure.reason === 'unreachable')
    return providerError(provider, 'provider_unreachable', { cause: failure, retryAfter: 30 });
  if (failure.reason === 'too_large') return providerError(provider, 'provider_error', { cause: failure });
  return trying
    ? new AppError('invalid_url', 'The address is not allowed, or leads to one that is not.', {
        cause: failure,
      })
    : providerError(provider, 'provider_error', { cause: failure });
};

/**
 * Null where the provider does not know what was asked for; some say so too where permission is missing. `alike`
 * names the codes that mean no more here.
 */
export const orNull = async <T>(asked: Promise<T>, ...alike: ErrorCode[]): Promise<T | null> => {
  try {
    return await asked;
  } catch (error) {
    if (hasCode(error, 'provider_not_found', ...alike)) return null;
    throw error;
  }
};
