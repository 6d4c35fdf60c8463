/** Headers that cross origins: those a web app may send, and those of an answer it may read. */
export const requestHeaders = [
  'authorization',
  'content-type',
  'idempotency-key',
  'if-none-match',
  'x-manageros-assertion',
] as const;

/** The last two come with what a provider said, through the proxy. */
export const answerHeaders = ['etag', 'retry-after', 'x-request-id', 'x-answered-by', 'link'] as const;

/** What names a creating call for its repeats: up to 255 visible characters. */
export const idempotencyKeyForm = '^[\\x21-\\x7e]{1,255}$';
