import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Owner } from '../../lib/model/caller.ts';
import { keys, ownerFromKey, ownerKey } from '../../lib/store/keys.ts';

const id = fc.stringMatching(/^[A-Za-z0-9._:@|+=~-]{1,24}$/);
const owner: fc.Arbitrary<Owner> = fc.record({ organizationId: id, userId: fc.option(id, { nil: null }) });

type Build = (owner: Owner, id: string) => { pk: string; sk?: string };
const builders: [string, Build][] = [
  ['integration', keys.integration],
  ['credential', keys.credential],
  ['name', (o, i) => keys.name(o, 'jira', i)],
  ['upstream', (o, i) => keys.upstream(o, 'jira', '', i)],
  ['link', (o, i) => keys.link(o, 'Person', i, 'h')],
  ['event', (o, i) => keys.event(o, '2026-01-01T00:00:00.000Z', i)],
  ['activity', (o, i) => keys.activity(o, i, 'r')],
  ['links', (o) => keys.linksOf(o)],
  ['index', (o, i) => ({ pk: keys.linkByExternal(o, i, 'person', 'x').by })],
];

describe('keys', () => {
  it('never lets two owners share one, whatever their ids', () => {
    fc.assert(
      fc.property(owner, owner, id, id, (a, b, x, y) => {
        if (a.organizationId === b.organizationId && a.userId === b.userId) return;
        for (const [name, build] of builders)
          for (const [other, otherBuild] of builders) {
            const one = build(a, x);
            const two = otherBuild(b, y);
            expect([name, other, one.pk, one.sk]).not.toEqual([name, other, two.pk, two.sk]);
          }
      }),
      { numRuns: 1500 },
    );
  });

  it('keeps everything of an owner in partitions that begin with the owner', () => {
    fc.assert(
      fc.property(owner, id, (someone, x) => {
        for (const [, build] of builders) {
          const { pk } = build(someone, x);
          expect(pk === ownerKey(someone) || pk.startsWith(`${ownerKey(someone)}#`)).toBe(true);
          expect(ownerFromKey(pk)).toEqual(someone);
        }
      }),
      { numRuns: 500 },
    );
  });

  it.each(['a#b', '', '#', 'a\nb', 'x'.repeat(301), 'a\0'])('refuses the part %j', (bad) => {
    const good = { organizationId: 'o', userId: null };

    expect(() => keys.integration(good, bad)).toThrow('malformed');
    expect(() => keys.integration({ organizationId: bad, userId: null }, 'i')).toThrow('malformed');
    expect(() => keys.integration({ organizationId: 'o', userId: bad }, 'i')).toThrow('malformed');
  });

  it('takes names that differ in case, width or composition for the same', () => {
    const someone = { organizationId: 'o', userId: null };

    expect(keys.name(someone, 'jira', 'Café')).toEqual(keys.name(someone, 'jira', 'CAFE\u0301'));
    expect(keys.name(someone, 'jira', 'Café')).not.toEqual(keys.name(someone, 'jira', 'Cafe'));
  });
});
