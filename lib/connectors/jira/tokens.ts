import type { Tokens } from '../connector.ts';
import { standardTokens } from '../standard-tokens.ts';
import { manifest } from './manifest.ts';

/** Atlassian offers no revocation: people remove the app in their account. */
export const tokens: Tokens = { ...standardTokens(manifest.oauth), mint: null, revoke: null };
