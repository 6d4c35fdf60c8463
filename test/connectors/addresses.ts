import { describe, expect, it } from 'vitest';
import { AppError } from '../../lib/errors/error.ts';
import type { ExternalItem } from '../../lib/model/link.ts';
import { dirtIn, hostsOf } from './hostility.ts';
import { type Bench, factsOf, itemsIn } from './subject.ts';

/** Ids that try to leave their place in a path. */
const hostileIds = [
  '..',
  '../user',
  '..%2fuser',
  '%2e%2e',
  '%2e%2e/%2e%2e',
  '.',
  '../../../admin',
  'x/../../y',
  'x?admin=1',
  'x#y',
  'x;y=1',
  '@evil.example',
  '//evil.example/x',
  'https://evil.example/',
  '\\..\\..',
  'x\r\nhost: evil.example',
  '\0',
  'x&accountId=y',
  '../..#1',
  'acme-corp/..#1',
  '../ops-tools#1',
  'acme-corp/../../user#1',
  'acme-corp/ops-tools/../x#1',
];

const decodedOr = (part: string): string => {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
};

export const describeAddresses = (bench: Bench): void => {
  const { id, subject, connector, operations, front } = bench;
  const { manifest, adapter, open } = connector;
  const hosts = hostsOf(bench);
  const reading = operations.filter(({ name }) => name !== 'identify');

  describe(`${id}: addresses`, () => {
    it.each(reading)('lead to the provider, encrypted: $name', async ({ run }) => {
      const items: ExternalItem[] = itemsIn(await run(open()));

      const found = items.flatMap(({ url }) => url ?? []);
      expect(found).toHaveLength(items.length);
      expect(dirtIn(items, hosts)).toEqual([]);
    });

    const cases = manifest.entities.flatMap(({ type }) => hostileIds.map((hostile) => ({ type, hostile })));
    it.each(cases)('an id never leaves its place in the path: $type $hostile', async ({ type, hostile }) => {
      const parts = factsOf(subject, type).id.split(/[/#]/);
      const shape = (url: string): string => {
        const [path = '', query = ''] = url.split('?');
        const names = [...new URLSearchParams(query).keys()].join();
        return [...path.split('/').map((part) => (parts.includes(decodedOr(part)) ? '*' : part)), names].join(
          '/',
        );
      };
      await adapter.read(open(), type, factsOf(subject, type).id);
      const [asked] = front().seen();
      if (!asked) throw new Error('A read asks the provider.');
      const place = new RegExp(
        `^${shape(asked.url).replaceAll(/[.?]/g, '\\$&').replaceAll('*', '(?!\\.{1,2}(?:/|$))[^/?#]*')}$`,
      );

      front().act(({ response }) => response.writeHead(404).end());
      await adapter.read(open(), type, hostile).catch((error: unknown) => {
        if (!(error instanceof AppError)) throw error;
      });

      for (const { url, host } of front().seen()) {
        expect(host).toBe(asked.host);
        expect(shape(url)).toMatch(place);
      }
      expect(front().seen().length).toBeLessThanOrEqual(1);
    });
  });
};
