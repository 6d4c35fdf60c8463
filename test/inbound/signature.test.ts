import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSigned, signedBy } from '../../lib/inbound/signature.ts';
import { newSigningSecret, signatureOf } from './clerk-mail.ts';

/** The scheme itself, on ten thousand messages somebody changed. */

const secret = newSigningSecret();
const good = () => {
  const [id, timestamp, body] = ['msg_1', String(Math.floor(Date.now() / 1000)), '{"type":"user.deleted"}'];
  return { id, timestamp, signatures: signatureOf(secret, id, timestamp, body), body: Buffer.from(body) };
};

describe('a signature', () => {
  it('made as the text of the scheme says is taken', () => {
    // From the scheme's own example: key, id, time and body give this signature.
    const example = signatureOf(
      'whsec_plJ3nmyCDGBKInavdOK15jsl',
      'msg_loFOjxBNrRLzqYUf',
      '1731705121',
      '{"event_type":"ping","data":{"success":true}}',
    );

    const { body, ...signed } = good();
    expect(example).toBe('v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=');
    expect(isSigned(signed, body, [secret])).toBe(true);
    expect(isSigned(signed, body, [newSigningSecret(), secret])).toBe(true);
  });

  it('is good for nothing once a bit of the body, the id, the time or itself is another', () => {
    const flipped = (bytes: Buffer, bit: number): Buffer => {
      const changed = Buffer.from(bytes);
      const at = bit % (changed.length * 8);
      changed.writeUInt8(changed.readUInt8(at >> 3) ^ (1 << (at & 7)), at >> 3);
      return changed;
    };
    const parts = ['body', 'id', 'timestamp', 'signatures'] as const;

    fc.assert(
      fc.property(fc.constantFrom(...parts), fc.nat(), (part, bit) => {
        const { body, ...signed } = good();
        const changed =
          part === 'body'
            ? { ...signed, body: flipped(body, bit) }
            : { ...signed, body, [part]: flipped(Buffer.from(signed[part]), bit).toString('latin1') };
        expect(isSigned(changed, changed.body, [secret])).toBe(false);
      }),
      { numRuns: 10_000 },
    );
  });

  it('is good for nothing without a secret, or with one that is too short', () => {
    const { body, ...signed } = good();
    const weak = `whsec_${randomBytes(8).toString('base64')}`;
    const weakly = { ...signed, signatures: signatureOf(weak, signed.id, signed.timestamp, body.toString()) };

    expect(isSigned(signed, body, [])).toBe(false);
    expect(isSigned(weakly, body, [weak])).toBe(false);
    expect(isSigned(weakly, body, ['whsec_', ''])).toBe(false);
  });

  it('is compared in constant time', () => {
    const text = readFileSync('lib/inbound/signature.ts', 'utf8');

    expect(text).toContain('timingSafeEqual(');
    expect(text).not.toMatch(/one === expected|given\.includes|expected ===/);
  });

  it('needs all three headers, of one family', () => {
    expect(signedBy({ 'svix-id': 'a', 'svix-timestamp': '1', 'svix-signature': 'v1,x' })).not.toBeNull();
    expect(signedBy({ 'webhook-id': 'a', 'svix-timestamp': '1', 'svix-signature': 'v1,x' })).toBeNull();
    expect(
      signedBy({ 'svix-id': 'a'.repeat(257), 'svix-timestamp': '1', 'svix-signature': 'v1,x' }),
    ).toBeNull();
    expect(signedBy({})).toBeNull();
  });
});
