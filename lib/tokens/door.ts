import type { Manifest, TokenFetch } from '../connectors/connector.ts';
import { openDoor } from '../outbound/door.ts';
import { refreshLimits } from './limits.ts';

const mostBytes = 1_000_000;

/**
 * The way to a provider's token endpoint. Nothing is retried: what was sent may have been used. The
 * deadline is long, because giving up on a request that was sent can lose a family of tokens.
 */
export const tokenDoor = (manifest: Manifest, deadline = refreshLimits().deadline): TokenFetch =>
  openDoor({
    provider: manifest.id,
    origins: manifest.tokenOrigins,
    limits: { headers: deadline, total: deadline, body: mostBytes },
  }) as TokenFetch;
