import type { Tokens } from '../connector.ts';
import { standardTokens } from '../standard-tokens.ts';
import { manifest } from './manifest.ts';

export const tokens: Tokens = {
  ...standardTokens(manifest.oauth),
  mint: null,

  /** Ends this token alone; `/grant` would end every token of the person and app. */
  revoke: async ({ clientId, clientSecret }, { accessToken }, fetch) => {
    const response = await fetch(
      `https://api.github.com/applications/${encodeURIComponent(clientId)}/token`,
      {
        method: 'DELETE',
        headers: {
          accept: 'application/vnd.github+json',
          authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`,
          'content-type': 'application/json',
          'user-agent': 'manageros-integrations',
        },
        body: JSON.stringify({ access_token: accessToken }),
      },
    );
    // GitHub answers 404 or 422 for a token it no longer knows.
    if (![204, 404, 422].includes(response.status)) throw new Error(`GitHub answered ${response.status}.`);
  },
};
