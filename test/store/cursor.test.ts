import { beforeAll, describe, expect, it } from 'vitest';
import { openCursor, sealCursor } from '../../lib/store/cursor.ts';
import { setEnvironment } from '../support/parts.ts';

beforeAll(() => setEnvironment());

const scope = { operation: 'links.list', organizationId: 'o', userId: 'u', filter: { type: 'Person' } };

describe('a page cursor', () => {
  it('gives its position back to the list it is of', () => {
    expect(openCursor(scope, sealCursor(scope, ['2026', 7]))).toEqual(['2026', 7]);
    expect(openCursor(scope, undefined)).toBeNull();
  });

  it('shows nothing of the position', () => {
    const cursor = sealCursor(scope, 'position-of-somebody');

    expect(Buffer.from(cursor, 'base64url').includes('position')).toBe(false);
  });

  it.each([
    ['organisation', { organizationId: 'p' }],
    ['user', { userId: 'v' }],
    ['operation', { operation: 'audit.list' }],
    ['filter', { filter: { type: 'Meeting' } }],
  ])('is refused for another %s', (_, other) => {
    const cursor = sealCursor(scope, 1);

    expect(() => openCursor({ ...scope, ...other }, cursor)).toThrow('cursor');
  });

  it('is refused once any bit was changed', () => {
    const cursor = Buffer.from(sealCursor(scope, 1), 'base64url');

    for (let bit = 0; bit < cursor.length * 8; bit += 1) {
      const changed = Buffer.from(cursor);
      changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(() => openCursor(scope, changed.toString('base64url'))).toThrow('cursor');
    }
  });

  it.each(['', 'x', '....', 'A'.repeat(4000), '\u0000'])(
    'refuses %j with a 400 that names the field',
    (text) => {
      expect(() => openCursor(scope, text)).toThrow(
        expect.objectContaining({
          code: 'invalid_request',
          errors: [{ path: 'cursor', message: expect.any(String) }],
        }),
      );
    },
  );

  it('expires after a day', () => {
    const real = Date.now;
    const cursor = sealCursor(scope, 1);
    try {
      Date.now = () => real() + 24 * 3_600_000 + 1;
      expect(() => openCursor(scope, cursor)).toThrow('cursor');
    } finally {
      Date.now = real;
    }
  });
});
