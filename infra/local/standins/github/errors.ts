import type { StandinAnswer } from '../standin.ts';

/** GitHub's error bodies, in the wording its documentation and public reports of its answers show. */

export type FieldError = { resource: string; field: string; code: string; message?: string; value?: unknown };
type Details = { documentation?: string; errors?: FieldError[] | string; headers?: Record<string, string> };
type Refusal = Error & { answer: (documentation: string) => StandinAnswer };

/** Where an operation gives up; the gateway turns it into an answer. */
export const refusal = (status: number, message: string, details: Details = {}): Refusal => {
  const { errors, headers = {} } = details;
  const answer = (documentation: string): StandinAnswer => ({
    status,
    headers,
    body: {
      message,
      ...(errors && { errors }),
      documentation_url: details.documentation ?? documentation,
      status: String(status),
    },
  });
  return Object.assign(new Error(message), { answer });
};

export const isRefusal = (error: unknown): error is Refusal => error instanceof Error && 'answer' in error;

export const docs = (page: string): string => `https://docs.github.com/rest${page && `/${page}`}`;

export const notFound = (): Refusal => refusal(404, 'Not Found');

export const badCredentials = (): Refusal =>
  refusal(401, 'Bad credentials', { documentation: 'https://docs.github.com/rest' });

export const invalidFields = (errors: FieldError[]): Refusal => refusal(422, 'Validation Failed', { errors });

export const notAccessible = (): Refusal => refusal(403, 'Resource not accessible by personal access token');

/** "Follow redirects" of the best practices: 301, and 307 where the method must not become GET. */
export const moved = (url: string, method: string): Refusal =>
  Object.assign(new Error('Moved Permanently'), {
    answer: () => ({
      status: method === 'GET' ? 301 : 307,
      headers: { location: url },
      body: {
        message: 'Moved Permanently',
        url,
        documentation_url: docs('guides/best-practices-for-using-the-rest-api#follow-redirects'),
      },
    }),
  });

const searchDocs = 'https://docs.github.com/v3/search/';

/** Searches answer most mistakes under an older documentation address. */
export const invalidSearch = (message: string): Refusal =>
  refusal(422, 'Validation Failed', {
    documentation: searchDocs,
    errors: [{ message, resource: 'Search', field: 'q', code: 'invalid' }],
  });

export const missingQuery = (): Refusal =>
  refusal(422, 'Validation Failed', {
    documentation: 'https://docs.github.com/v3/search',
    errors: [{ resource: 'Search', field: 'q', code: 'missing' }],
  });

export const beyondFirstThousand = (): Refusal =>
  refusal(422, 'Only the first 1000 search results are available', { documentation: searchDocs });
