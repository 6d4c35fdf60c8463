import { describe, expect, it } from 'vitest';
import { hostMatches } from '../../lib/connectors/clean.ts';
import { codes } from '../../lib/contract/codes.ts';
import { AppError } from '../../lib/errors/error.ts';
import type { Bench, Operation } from './subject.ts';

/** What a provider, or somebody who writes there, may put into any of its texts. */
const hostileTexts: Record<string, string> = {
  markup:
    '<script>alert(1)</script><img src=x onerror=alert(1)><scr<script>ipt>x</scr</script>ipt><svg/onload=y ',
  'control characters': '\0a\rb\nc\u001bd\u2028e\u0085f\u202Egnp.exe\u2066\u200Fx\ud800y\udfff',
  'a way out of a path': '../../../evil?x=#y',
};
const megabyte = '𝄞x'.repeat(200_000);
/** And where it is to send an address. */
const hostileAddresses: Record<string, string> = {
  'the address of a script': 'javascript:alert(1)//https://github.com/',
  'an address elsewhere': 'https://evil.example/x.png',
  'an address that looks like theirs': 'https://avatars.githubusercontent.com@evil.example/x.png',
  'an address without encryption': 'http://github.com/x.png',
  'an address without end': `https://avatars.githubusercontent.com/${'x'.repeat(5_000)}`,
};

const dangerous = /<script|<svg|<img|[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}]/iu;
const longest = 2_000;

type Leaf = { path: (string | number)[]; key: string };

/** Every text in some JSON, one of each name: the first of a list stands for all. */
const leavesOf = (value: unknown, path: (string | number)[] = []): Leaf[] => {
  if (typeof value === 'string')
    return [{ path, key: path.filter((step) => typeof step === 'string').join('.') }];
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return leavesOf(value[0], [...path, 0]);
  return Object.entries(value).flatMap(([name, child]) => leavesOf(child, [...path, name]));
};

const replaced = (value: unknown, [step, ...rest]: (string | number)[], text: string): unknown => {
  if (step === undefined) return text;
  if (Array.isArray(value)) return [replaced(value[0], rest, text), ...value.slice(1)];
  const object = value as Record<string, unknown>;
  return { ...object, [step]: replaced(object[step], rest, text) };
};

/** Every text in a result, with the name it goes by. */
const textsIn = (value: unknown, name = ''): { name: string; text: string }[] => {
  if (typeof value === 'string') return [{ name, text: value }];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) => textsIn(child, key));
};

/** Meetings are held at many hosts: where one is joined may be anywhere that is encrypted. */
const leadsThere = (name: string, address: string, hosts: readonly string[]): boolean => {
  const { protocol, hostname, username } = new URL(address);
  return protocol === 'https:' && username === '' && (name === 'joinUrl' || hostMatches(hostname, hosts));
};

/** The texts that came through as they must not. */
export const dirtIn = (result: unknown, hosts: readonly string[]): string[] =>
  textsIn(result)
    .filter(
      ({ name, text }) =>
        dangerous.test(text) ||
        text.length > longest ||
        (/url$/i.test(name) && !leadsThere(name, text, hosts)),
    )
    .map(({ name, text }) => `${name}: ${text.slice(0, 300)}`);

/** Where its links may lead. */
export const hostsOf = ({ subject, connector }: Bench): string[] => {
  const site = subject.connection.settings?.['baseUrl'];
  return [...connector.manifest.linkHosts, ...(site ? [new URL(site).hostname] : [])];
};

export const describeHostility = (bench: Bench): void => {
  const { id, connector, operations, front } = bench;
  const { open } = connector;
  const hosts = hostsOf(bench);
  const reading = operations.filter(({ name }) => name !== 'identify');

  const withText = (body: unknown, leaves: readonly Leaf[], text: string): unknown => {
    const there = new Set(leavesOf(body).map(({ key }) => key));
    return leaves
      .filter(({ key }) => there.has(key))
      .reduce((changed, { path }) => replaced(changed, path, text), body);
  };

  /** Puts the text in all places at once; where that fails, in each half, down to the place that makes it fail. */
  const tried = async (
    leaves: readonly Leaf[],
    text: string,
    run: Operation['run'],
  ): Promise<{ key: string; outcome: unknown }[]> => {
    front().act(({ pass }) => pass((body) => withText(body, leaves, text)));
    const outcome = await run(open()).catch((error: unknown) => error);
    if (!(outcome instanceof Error) || leaves.length === 1)
      return [{ key: leaves.map(({ key }) => key).join(), outcome }];
    const half = Math.ceil(leaves.length / 2);
    return [
      ...(await tried(leaves.slice(0, half), text, run)),
      ...(await tried(leaves.slice(half), text, run)),
    ];
  };

  describe(`${id}: what a provider sends comes out clean and bounded`, () => {
    const cases = reading.flatMap(({ name, run }) => [
      ...Object.entries(hostileTexts).map(([kind, text]) => ({
        kind,
        name,
        run,
        text,
        at: /./,
        least: 4,
        most: 1_000,
      })),
      { kind: 'a megabyte', name, run, text: megabyte, at: /^(?!.*(?:ur[il]|link))/i, least: 4, most: 4 },
      ...Object.entries(hostileAddresses).map(([kind, text]) => ({
        kind,
        name,
        run,
        text,
        at: /ur[il]|link|\d/i,
        least: 1,
        most: 1_000,
      })),
    ]);
    it.each(cases)('$kind: $name', async ({ run, text, at, least, most }) => {
      let honest: unknown = null;
      front().act(({ pass }) =>
        pass((body) => {
          honest ??= body;
          return body;
        }),
      );
      await run(open());
      const leaves = leavesOf(honest).filter(({ key }) => at.test(key));

      const outcomes = [];
      // So many at once that the answer as a whole stays within the limit.
      for (let start = 0; start < leaves.length; start += most)
        outcomes.push(...(await tried(leaves.slice(start, start + most), text, run)));

      expect(leaves.length).toBeGreaterThanOrEqual(least);
      const failed = outcomes.filter(({ outcome }) => outcome instanceof Error);
      expect(failed.filter(({ outcome }) => !(outcome instanceof AppError && outcome.code in codes))).toEqual(
        [],
      );
      expect(failed.length).toBeLessThan(Math.max(leaves.length / 3, 1));
      const dirty = outcomes
        .filter(({ outcome }) => !(outcome instanceof Error))
        .map(({ key, outcome }) => ({ key, dirt: dirtIn(outcome, hosts) }));
      expect(dirty.filter(({ dirt }) => dirt.length > 0)).toEqual([]);
    });
  });
};
