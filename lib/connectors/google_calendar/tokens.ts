import { JWT } from 'google-auth-library';
import type { Tokens } from '../connector.ts';
import { standardTokens } from '../standard-tokens.ts';
import { manifest } from './manifest.ts';

const scope = 'https://www.googleapis.com/auth/calendar.readonly';

export const tokens: Tokens = {
  ...standardTokens(manifest.oauth),

  /** A service account signs for its own tokens, on behalf of somebody where it may. */
  mint: ({ settings, credentials }, fetch) => {
    const { clientEmail, privateKey } = credentials;
    const client = new JWT({
      email: clientEmail ?? '',
      // Key files write line breaks as a backslash and an n.
      key: (privateKey ?? '').trim().replaceAll('\\n', '\n'),
      scopes: [scope],
      ...(settings['subject'] !== undefined && { subject: settings['subject'] }),
      transporterOptions: { fetchImplementation: fetch, retry: false },
    });
    return client.authorize();
  },

  /** Ends every token of the person and app. In the body, not in the address as in Google's example: addresses are logged. */
  revoke: async (_app, { accessToken, refreshToken }, fetch) => {
    const response = await fetch('https://oauth2.googleapis.com/revoke', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ token: refreshToken ?? accessToken }).toString(),
    });
    // 400 says that the token is known no longer.
    if (!response.ok && response.status !== 400) throw new Error(`Google answered ${response.status}.`);
  },
};
