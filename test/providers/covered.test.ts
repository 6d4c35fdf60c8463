import { expect, it } from 'vitest';
import { manifestOf } from '../../lib/connectors/registry.ts';
import { providers as withAccounts } from '../health/accounts.ts';
import { providers as withPeople } from '../oauth/people.ts';
import { kinds } from '../sync/sources.ts';
import { availableProviders } from './schemas.ts';

/** Suites that go through every provider go by lists of how to use its stand-in: none may be left out. */

const providers = await availableProviders();
const manifests = await Promise.all(providers.map(({ id }) => manifestOf(id)));
const idsOf = (list: readonly { id: string }[]): string[] => list.map(({ id }) => id).toSorted();

it('each one that is synced has a source of things', () =>
  expect(kinds.map(({ provider }) => provider).toSorted()).toEqual(
    idsOf(manifests.filter(({ sync }) => sync !== null)),
  ));

it.each([
  ['people who consent', withPeople],
  ['accounts whose health is looked at', withAccounts],
])('each one with consent has %s', (_, list) =>
  expect([...list].toSorted()).toEqual(idsOf(manifests.filter(({ oauth }) => oauth !== null))),
);
