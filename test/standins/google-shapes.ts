/** Comparing the answers of two imitations of the same provider. */

export type Json = Record<string, unknown>;

/** Where a value of theirs has no counterpart of the same type among ours. */
export const missing = (their: unknown, our: unknown, path = ''): string[] => {
  const kind = (value: unknown): string =>
    value === null ? 'null' : Array.isArray(value) ? 'list' : typeof value;
  if (kind(their) !== kind(our)) return [`${path}: ${kind(their)}, not ${kind(our)}`];
  if (Array.isArray(their) && Array.isArray(our)) {
    return their.length === 0 ? [] : missing(their[0], our[0], `${path}[]`);
  }
  if (kind(their) !== 'object') return [];
  return Object.entries(their as Json).flatMap(([name, value]) =>
    missing(value, (our as Json)[name], `${path}.${name}`),
  );
};

/** What a token tells, unverified. */
export const claims = (jwt: unknown): Json =>
  JSON.parse(Buffer.from(String(jwt).split('.')[1] ?? '', 'base64url').toString()) as Json;
