import type { Door } from './door.ts';
import { OutboundError } from './failure.ts';

const longest = 3600;

/** Seconds of a `Retry-After`, given as seconds or as a date; null where it says nothing usable, at most an hour. */
export const retryAfterSeconds = (headers: Headers): number | null => {
  const value = headers.get('retry-after')?.trim() ?? '';
  const seconds = /^\d+(\.\d+)?$/.test(value) ? Number(value) : (Date.parse(value) - Date.now()) / 1000;
  return Number.isNaN(seconds) ? null : Math.min(Math.max(Math.ceil(seconds), 0), longest);
};

const attempts = 3;
const patience = 2; // seconds worth waiting inside a request
const passing = new Set([500, 502, 503, 504]);

/** Milliseconds to wait before asking again, or null where asking again is of no use. Full jitter. */
const waitFor = (outcome: Response | OutboundError, attempt: number): number | null => {
  const jittered = Math.random() * 200 * 2 ** attempt;
  if (outcome instanceof OutboundError)
    return outcome.reason === 'unreachable' || outcome.reason === 'timeout' ? jittered : null;
  const asked = retryAfterSeconds(outcome.headers);
  if (asked !== null && (outcome.status === 429 || outcome.status === 503))
    return asked <= patience ? asked * 1000 + jittered : null;
  return passing.has(outcome.status) ? jittered : null;
};

/** Asks up to three times where the request is safe to repeat and the fault may pass, within `deadline` (epoch ms). */
export const retrying =
  (door: Door, deadline: number, repeatable: boolean): Door =>
  async (input, init) => {
    const safe = repeatable || /^(GET|HEAD)$/i.test(init?.method ?? 'GET');
    for (let attempt = 1; ; attempt += 1) {
      const outcome = await door(input, init).catch((error: unknown) => {
        if (error instanceof OutboundError) return error;
        throw error;
      });
      const failed = outcome instanceof OutboundError || !outcome.ok;
      const wait = failed && safe && attempt < attempts ? waitFor(outcome, attempt) : null;
      if (wait === null || Date.now() + wait >= deadline) {
        if (outcome instanceof OutboundError) throw outcome;
        return outcome;
      }
      if (!(outcome instanceof OutboundError)) await outcome.body?.cancel();
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  };
