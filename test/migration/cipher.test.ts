import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isLegacyCiphertext, openLegacy } from '../../lib/migration/legacy-cipher.ts';
import { encrypted, passphrase } from './old-app.ts';

/** Made by `openssl enc -aes-256-cbc -md md5 -salt -base64 -A`, another program than the two that meet here. */
const byOpenssl: [string, string][] = [
  ['canary-old-token-1', 'U2FsdGVkX1+W6E7UMEDJe6khx0+5f5n63NGIFoaCB0WU9SFHPXEr8RDLWvcm361U'],
  ['pässwörd – 日本語 🔑', 'U2FsdGVkX193WEZ0NICDVXWpVTNXb0+ZvEEKjT7LdvPAE40Yvf4c6OebGCeLS4Gu'],
];

describe("the old app's cipher", () => {
  it.each(byOpenssl)('opens “%s” as OpenSSL wrote it', (text, written) => {
    expect(isLegacyCiphertext(written)).toBe(true);
    expect(openLegacy(written, passphrase)).toBe(text);
  });

  it('opens whatever the old app wrote, of any length and script, under any passphrase', () => {
    const texts = fc.string({ unit: 'binary', minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(texts, fc.string({ minLength: 1, maxLength: 60 }), (text, phrase) => {
        expect(openLegacy(encrypted(text, phrase), phrase)).toBe(text);
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    ['the wrong passphrase', encrypted('canary-secret', 'right'), 'wrong'],
    ['an empty passphrase', encrypted('canary-secret'), ''],
    ['nothing but the beginning', 'U2FsdGVkX1', passphrase],
    ['no ciphertext', 'U2FsdGVkX18AAAAAAAAAAA==', passphrase],
    ['half a block', encrypted('canary-secret').slice(0, -6), passphrase],
    ['no base64', 'U2FsdGVkX1???', passphrase],
    ['a text of nothing', encrypted(''), passphrase],
  ])('refuses %s with a clear answer that quotes nothing', (_what, written, phrase) => {
    const detail = 'A legacy credential cannot be read with the passphrase of this environment.';

    expect(() => openLegacy(written, phrase)).toThrow(
      expect.objectContaining({ code: 'conflict', message: detail, cause: undefined }),
    );
  });

  it('takes nothing for its own that is not', () => {
    for (const text of ['ghp_token', '', 'u2fsdgvkx1', ' U2FsdGVkX1'])
      expect(isLegacyCiphertext(text)).toBe(false);
  });
});
