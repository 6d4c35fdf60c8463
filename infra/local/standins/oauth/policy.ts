import type { Policy } from './types.ts';

/** Where a provider's documentation says nothing: no rotation, nothing kept alive, everything told. */
export const standardPolicy: Policy = {
  codeSeconds: 600,
  accessSeconds: 3600,
  rotates: false,
  spends: true,
  graceSeconds: 0,
  graceFor: 'previous',
  graceAnswer: 'new',
  reuseRevokesFamily: false,
  idleSeconds: null,
  absoluteSeconds: null,
  refreshKillsAccess: false,
  revocationKillsAccess: true,
  cap: null,
  refreshTokenOnRefresh: true,
  scopeInAnswer: true,
  expiresIn: 'number',
  deadRefresh: null,
};
