import type { tryCredentialsOf as ask, Tried } from './attempt.ts';

/** Whose credentials these are, asked of the provider. What speaks to providers loads for it, not with the function. */
export const tryCredentialsOf = async (...given: Parameters<typeof ask>): Promise<Tried> =>
  (await import('./attempt.ts')).tryCredentialsOf(...given);
