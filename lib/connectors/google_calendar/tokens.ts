import { createPrivateKey } from 'node:crypto';
import { JWT } from 'google-auth-library';
import { invalidField } from '../../errors/error.ts';
import type { Tokens } from '../connector.ts';
import { standardTokens } from '../standard-tokens.ts';
import { manifest } from './manifest.ts';

const scope = 'https://www.googleapis.com/auth/calendar.readonly';

/** Key files write line breaks as a backslash and an n. Nobody is asked about a key that is none. */
const keyIn = (text: string): string => {
  const key = text.trim().replaceAll('\\n', '\n');
  try {
    if (createPrivateKey(key).asymmetricKeyType === 'rsa') return key;
  } catch {
    // What the parser says of it may quote it.
  }
  throw invalidField('credentials.privateKey', 'is not an RSA private key');
};

export const tokens: Tokens = {
  ...standardTokens(manifest.oauth),

  /** A service account signs for its own tokens, on behalf of somebody where it may. */
  mint: async ({ settings, credentials }, fetch) => {
    const { clientEmail, privateKey } = credentials;
    const client = new JWT({
      email: clientEmail ?? '',
      key: keyIn(privateKey ?? ''),
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
