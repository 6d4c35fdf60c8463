import type { ErrorCode } from '../contract/codes.ts';
import { AppError } from '../errors/error.ts';
import { OutboundError } from '../outbound/failure.ts';
import { retryAfterSeconds } from '../outbound/retry.ts';
import type { AnswerPattern, RefreshFacts, TokenFetch, TokenSet } from './connector.ts';

/**
 * How a request of a token endpoint ended:
 * `dead`: the grant is gone, a person has to consent again.
 * `ours`: our app is at fault; nothing was spent.
 * `refused`: surely not used: it never left us, or was turned away before use.
 * `unknown`: it may have been used; the old token must not be given up, nor believed in.
 */
export type TokenFailure = 'dead' | 'ours' | 'refused' | 'unknown';
export type FailedOutcome = {
  kind: TokenFailure;
  /** What a caller who waits for it is told. */
  code: ErrorCode;
  /** Seconds. */
  retryAfter: number | null;
  /** The provider's word for it. */
  error: string | null;
};
export type TokenOutcome = { kind: 'tokens'; tokens: TokenSet } | FailedOutcome;

const codeOf: Record<TokenFailure, ErrorCode> = {
  dead: 'provider_unauthorized',
  ours: 'oauth_app_rejected',
  refused: 'provider_unreachable',
  unknown: 'provider_error',
};

const longest = 90 * 86_400;
const mostText = 65_536;

/** Seconds: a number or numeric text above zero, at most 90 days; anything else is unknown. */
export const secondsOf = (value: unknown): number | null => {
  const number = typeof value === 'string' && /^\d+(\.\d+)?$/.test(value.trim()) ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isFinite(number) || number <= 0) return null;
  return Math.min(number, longest);
};

const textOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

const scopesOf = (value: unknown): string[] | null =>
  typeof value === 'string' ? value.split(/[\s,]+/).filter((scope) => scope !== '') : null;

const asObject = (text: string): Record<string, unknown> | null => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
};

const matches = (patterns: readonly AnswerPattern[], status: number, error: string | null): boolean =>
  patterns.some(
    (pattern) =>
      (pattern.status === null || pattern.status === status) &&
      (pattern.error === null || pattern.error === error),
  );

/** Errors that may pass by themselves. */
const passing = new Set(['server_error', 'temporarily_unavailable']);

const always: readonly AnswerPattern[] = [{ status: null, error: 'invalid_grant' }];
const alwaysOurs: readonly AnswerPattern[] = [
  { status: null, error: 'invalid_client' },
  { status: null, error: 'unauthorized_client' },
];

/** What an answer says. Some providers answer errors with 200, so the body is asked first. */
export const readTokenAnswer = (
  { status, headers, text }: { status: number; headers: Headers; text: string },
  { dead, ours }: Pick<RefreshFacts, 'dead' | 'ours'>,
): TokenOutcome => {
  const body = asObject(text);
  const error = textOf(body?.['error']);
  const retryAfter = retryAfterSeconds(headers);
  const failed = (kind: TokenFailure, code = codeOf[kind]): TokenOutcome => ({
    kind,
    code,
    retryAfter,
    error,
  });

  const accessToken = textOf(body?.['access_token']);
  if (status >= 200 && status < 300 && error === null && accessToken !== null)
    return {
      kind: 'tokens',
      tokens: {
        accessToken,
        refreshToken: textOf(body?.['refresh_token']),
        expiresIn: secondsOf(body?.['expires_in']),
        refreshExpiresIn: secondsOf(
          body?.['refresh_token_expires_in'] ??
            body?.['x_refresh_token_expires_in'] ??
            body?.['refresh_expires_in'],
        ),
        scopes: scopesOf(body?.['scope']),
      },
    };
  if (status === 429) return failed('refused', 'provider_rate_limited');
  if (status >= 500) return failed('unknown');
  if (matches(ours, status, error)) return failed('ours');
  if (matches(dead, status, error) || matches(always, status, error)) return failed('dead');
  if (matches(alwaysOurs, status, error)) return failed('ours');
  // Any other error the endpoint names is about how we asked.
  return failed(status >= 400 && error !== null && !passing.has(error) ? 'ours' : 'unknown');
};

const isAnswer = (error: unknown): boolean =>
  error instanceof OutboundError && (error.reason === 'redirect' || error.reason === 'too_large');

/**
 * Runs one token request and reads what came back over the wire, whatever the SDK that ran it says. A
 * second request does not leave: SDKs repeat what failed, and the first may have spent the token.
 */
export const tokenOutcome = async (
  fetch: TokenFetch,
  facts: Pick<RefreshFacts, 'dead' | 'ours'>,
  run: (fetch: TokenFetch) => Promise<unknown>,
): Promise<TokenOutcome> => {
  let outcome = null as TokenOutcome | null;
  const recording: TokenFetch = async (input, init) => {
    if (outcome) throw new Error('A token request is sent once.');
    try {
      const response = await fetch(input, init);
      const text = (await response.clone().text()).slice(0, mostText);
      outcome = readTokenAnswer({ status: response.status, headers: response.headers, text }, facts);
      return response;
    } catch (error) {
      const sent = !(error instanceof OutboundError) || error.sent;
      outcome = {
        kind: sent ? 'unknown' : 'refused',
        // It does answer, though nothing that can be read.
        code: isAnswer(error) ? 'provider_error' : 'provider_unreachable',
        retryAfter: null,
        error: null,
      };
      throw error;
    }
  };
  try {
    await run(recording);
  } catch (error) {
    // What went over the wire is known; an SDK's opinion of it adds nothing. Where nothing went, ours does.
    if (!outcome && error instanceof AppError) throw error;
  }
  return outcome ?? { kind: 'refused', code: 'provider_error', retryAfter: null, error: null };
};
