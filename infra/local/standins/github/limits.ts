import { standinNow } from '../standin.ts';
import { refusal } from './errors.ts';
import type { Account, RateResource, RateRule, RateWindow, State, Token } from './state.ts';

/** Primary and secondary limits, after "Rate limits for the REST API". */

const usual = {
  core: { seconds: 3600, known: 5000, anonymous: 60 },
  search: { seconds: 60, known: 30, anonymous: 10 },
} as const;

const ruleFor = (state: State, token: Token | null, resource: RateResource): RateRule | null =>
  state.rateRules.find((rule) => rule.resource === resource && rule.token === token?.value) ??
  state.rateRules.find((rule) => rule.resource === resource && rule.token === null) ??
  null;

const limitFor = (state: State, token: Token | null, resource: RateResource): number =>
  ruleFor(state, token, resource)?.limit ?? usual[resource][token ? 'known' : 'anonymous'];

const keyOf = (token: string | null, resource: RateResource): string => `${token ?? 'anonymous'} ${resource}`;

const windowFor = (state: State, token: Token | null, resource: RateResource): RateWindow => {
  const key = keyOf(token?.value ?? null, resource);
  const now = Math.floor(standinNow() / 1000);
  const known = state.rateWindows[key];
  if (known && known.reset > now) return known;
  const fresh = { used: 0, reset: now + usual[resource].seconds };
  state.rateWindows[key] = fresh;
  return fresh;
};

export const rateStatus = (state: State, token: Token | null, resource: RateResource) => {
  const limit = limitFor(state, token, resource);
  const { used, reset } = windowFor(state, token, resource);
  return { limit, used, remaining: Math.max(0, limit - used), reset };
};

/** Counts one call. Where nothing enforces the limit the count starts again before it reaches it. */
export const countCall = (state: State, token: Token | null, resource: RateResource): void => {
  const window = windowFor(state, token, resource);
  window.used += 1;
  if (!ruleFor(state, token, resource) && window.used >= limitFor(state, token, resource)) window.used = 0;
};

export const rateHeaders = (
  state: State,
  token: Token | null,
  resource: RateResource,
): Record<string, string> => {
  const { limit, used, remaining, reset } = rateStatus(state, token, resource);
  return {
    'x-ratelimit-limit': String(limit),
    'x-ratelimit-remaining': String(remaining),
    'x-ratelimit-used': String(used),
    'x-ratelimit-reset': String(reset),
    'x-ratelimit-resource': resource,
  };
};

const limitsPage = 'https://docs.github.com/rest/overview/rate-limits-for-the-rest-api';

export const refuseOverLimit = (
  state: State,
  token: Token | null,
  user: Account | null,
  resource: RateResource,
): void => {
  const secondary = state.secondaryRules.find(
    (rule) => rule.times > 0 && (rule.token === null || rule.token === token?.value),
  );
  if (secondary) {
    secondary.times -= 1;
    throw refusal(
      secondary.status,
      'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.',
      {
        documentation: `${limitsPage}#about-secondary-rate-limits`,
        ...(secondary.retryAfter !== null && { headers: { 'retry-after': String(secondary.retryAfter) } }),
      },
    );
  }
  const rule = ruleFor(state, token, resource);
  if (rule && rateStatus(state, token, resource).remaining === 0) {
    const whom = user ? `user ID ${user.id}` : '127.0.0.1';
    throw refusal(rule.status, `API rate limit exceeded for ${whom}.`, { documentation: limitsPage });
  }
};

/** For the control: puts a rule in force, with its window where the test wants it. */
export const enforceLimit = (
  state: State,
  rule: RateRule,
  window: { remaining: number | undefined; resetInSeconds: number | undefined },
): void => {
  state.rateRules = state.rateRules.filter(
    ({ token, resource }) => token !== rule.token || resource !== rule.resource,
  );
  state.rateRules.push(rule);
  const tokens = rule.token === null ? [null, ...state.tokens.map(({ value }) => value)] : [rule.token];
  const now = Math.floor(standinNow() / 1000);
  for (const token of tokens) {
    state.rateWindows[keyOf(token, rule.resource)] = {
      used: rule.limit - (window.remaining ?? rule.limit),
      reset: now + (window.resetInSeconds ?? usual[rule.resource].seconds),
    };
  }
};
