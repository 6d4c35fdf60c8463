/** What comes from a provider is made harmless here before it is stored or shown. */

const acting =
  'applet|audio|base|body|button|embed|form|frame|frameset|head|html|iframe|image|img|input|link|math|meta|' +
  'noembed|noframes|noscript|object|plaintext|script|select|style|svg|template|textarea|title|video|xmp';

/** What a browser would act on: these elements, any with attributes, comments. `List<T>` stays as it is. */
const markup = new RegExp(`<(?:[!?]|/?(?:${acting})(?![a-z]))[^<>]*>?|</?[a-z][^<>=]*=[^<>]*>?`, 'gi');

/** Until nothing changes: what is left may come together as markup again. */
const withoutMarkup = (text: string): string => {
  const less = text.replaceAll(markup, '');
  return less === text ? text : withoutMarkup(less);
};

/** More of a text than this, times its length, is not looked at. */
const mostLookedAt = 20;

/**
 * One line of plain text, without markup and without control or reordering characters, at most `max`
 * long; `fallback` where nothing is left.
 */
export const cleanLine = (value: string | null | undefined, max = 300, fallback = 'Untitled'): string => {
  const text = withoutMarkup((value ?? '').slice(0, max * mostLookedAt))
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .replaceAll(/[\p{Cs}\p{Bidi_Control}]/gu, '')
    .trim();
  return text === '' ? fallback : Array.from(text).slice(0, max).join('');
};

/** The same, null where there is nothing. */
export const cleanOptional = (value: string | null | undefined, max = 300): string | null =>
  cleanLine(value, max, '') || null;

/** Whether a host is one of these; `*.example.com` means any name below it. */
export const hostMatches = (host: string, hosts: readonly string[]): boolean =>
  hosts.some((allowed) =>
    allowed.startsWith('*.')
      ? host.endsWith(allowed.slice(1)) && host.length > allowed.length - 1
      : host === allowed,
  );

/** An https URL on one of these hosts, else null: no script, no credentials, no foreign host reaches the app. */
export const safeUrl = (value: string | null | undefined, hosts: readonly string[]): string | null => {
  if (!value || value.length > 2000 || !URL.canParse(value)) return null;
  const url = new URL(value);
  const plain = url.protocol === 'https:' && url.username === '' && url.password === '' && url.port === '';
  return plain && hostMatches(url.hostname, hosts) ? url.href : null;
};

/** An ISO 8601 time in UTC; null where the provider's is none. */
export const cleanTime = (value: string | null | undefined): string | null => {
  const at = Date.parse(value ?? '');
  return Number.isNaN(at) ? null : new Date(at).toISOString();
};

/** A date as in `2026-11-24`; null where the provider's is none. */
export const cleanDate = (value: string | null | undefined): string | null =>
  /^\d{4}-\d\d-\d\d$/.test(value ?? '') ? (cleanTime(value)?.slice(0, 10) ?? null) : null;
