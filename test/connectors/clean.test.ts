import { describe, expect, it } from 'vitest';
import { cleanLine, cleanOptional, cleanTime, hostMatches, safeUrl } from '../../lib/connectors/clean.ts';

describe('a line', () => {
  it.each([
    ['a < b > c', 'a < b > c'],
    ['List<String> and Map<K, V>', 'List<String> and Map<K, V>'],
    ['<T> is not <S extends T>', '<T> is not <S extends T>'],
    ['1<2 & x</y', '1<2 & x</y'],
    ['Zoë 👩‍🚀 naïve — “ok”', 'Zoë 👩‍🚀 naïve — “ok”'],
    ['  spaces  ', 'spaces'],
  ])('stays what it is: %j', (text, expected) => {
    expect(cleanLine(text)).toBe(expected);
  });

  it.each([
    ['<script>x</script>', 'x'],
    ['<SCRIPT src=//evil>x', 'x'],
    ['<scr<script>ipt>x', 'x'],
    ['<<script>script>x', 'x'],
    ['a<img src=x onerror=alert(1)>b', 'ab'],
    ['a<x onmouseover=alert(1)>b', 'ab'],
    ['a<a href="javascript:x">b</a>', 'ab</a>'],
    ['a<!-- b -->c', 'ac'],
    ['a<svg/onload=x', 'a'],
    ['a<iframe', 'a'],
    ['a\u0000b\nc\td\u0085e\u2028f', 'a b c d e f'],
    ['a\u202Eb\u2066c\u200Fd', 'abcd'],
    ['a\ud800b\udc00c', 'abc'],
  ])('is made harmless: %j', (text, expected) => {
    expect(cleanLine(text)).toBe(expected);
  });

  it.each(['', ' ', '\n', '<script>', '\u202E', null, undefined])(
    'of nothing is something else: %j',
    (text) => {
      expect(cleanLine(text, 300, 'KEY-1')).toBe('KEY-1');
      expect(cleanOptional(text)).toBeNull();
    },
  );

  it('has at most so many characters, of which none is cut in two', () => {
    const line = cleanLine('👩x'.repeat(500_000), 300);

    expect(Array.from(line)).toHaveLength(300);
    expect(line).toBe('👩x'.repeat(150));
  });

  it.each(['<script', '<s', '<a b=', '<', '<!'])(
    'is made as quickly of a megabyte of %s',
    (piece) => {
      const line = cleanLine(piece.repeat(1_000_000 / piece.length));

      expect(line.length).toBeLessThanOrEqual(300);
    },
    2_000,
  );
});

describe('an address', () => {
  const hosts = ['github.com', '*.github.com'];

  it.each(['https://github.com/x', 'https://a.b.github.com/', 'https://GITHUB.com/x'])(
    'is theirs: %s',
    (url) => {
      expect(safeUrl(url, hosts)).toBe(new URL(url).href);
    },
  );

  it.each([
    'http://github.com/x',
    'https://github.com.evil.example',
    'https://evilgithub.com',
    'https://.github.com',
    'https://github.com:444/',
    'https://u@github.com/',
    'https://u:p@github.com/',
    'javascript:alert(1)',
    'data:text/html,x',
    '//github.com/x',
    `https://github.com/${'x'.repeat(2_000)}`,
    '',
    null,
    undefined,
  ])('is not: %s', (url) => {
    expect(safeUrl(url, hosts)).toBeNull();
  });

  it('with a star means the names below it, not itself', () => {
    expect(hostMatches('a.github.com', ['*.github.com'])).toBe(true);
    expect(hostMatches('github.com', ['*.github.com'])).toBe(false);
    expect(hostMatches('agithub.com', ['*.github.com'])).toBe(false);
  });
});

describe('a time', () => {
  it.each([
    ['2026-01-31T10:20:30.000+0200', '2026-01-31T08:20:30.000Z'],
    ['2026-01-31T10:20:30Z', '2026-01-31T10:20:30.000Z'],
    ['never', null],
    ['', null],
    [null, null],
  ])('%j is %j', (text, expected) => {
    expect(cleanTime(text)).toBe(expected);
  });
});
