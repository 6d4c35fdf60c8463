import type { StandinAnswer } from '../standin.ts';
import type { Site } from './state.ts';

/** `yyyy-MM-ddTHH:mmZ`, cut to the minute: it may lie before the end of `Retry-After`. */
const toTheMinute = (at: number): string => `${new Date(at).toISOString().slice(0, 16)}Z`;

/**
 * Takes one call from the site's token bucket, on real time: the headers that tell the state, and the 429
 * if there was none left (https://developer.atlassian.com/cloud/jira/platform/rate-limiting).
 */
export const takeCall = (site: Site): { headers: Record<string, string>; refused?: StandinAnswer } => {
  const { limit, bucket } = site;
  if (!limit) return { headers: {} };
  const now = Date.now();
  const tokens = Math.min(limit.burst, bucket.tokens + ((now - bucket.at) / 1000) * limit.perSecond);
  const granted = tokens >= 1;
  bucket.tokens = granted ? tokens - 1 : tokens;
  bucket.at = now;
  const headers: Record<string, string> = {
    'x-ratelimit-limit': String(limit.burst),
    'x-ratelimit-remaining': String(Math.floor(bucket.tokens)),
    ...(bucket.tokens < limit.burst / 5 && { 'x-ratelimit-nearlimit': 'true' }),
  };
  if (granted) return { headers };

  const seconds = limit.perSecond > 0 ? Math.max(1, Math.ceil((1 - tokens) / limit.perSecond)) : 3600;
  return {
    headers,
    refused: {
      status: 429,
      headers: {
        'retry-after': String(seconds),
        'x-ratelimit-reset': toTheMinute(now + seconds * 1000),
        'ratelimit-reason': limit.reason,
      },
      body: {
        errorMessages: ['The request has been rate-limited. Please try again later.'],
        errors: {},
        status: 429,
      },
    },
  };
};
