import type { Manifest } from '../connectors/connector.ts';
import { allManifests } from '../connectors/registry.ts';
import type { Caller } from '../model/caller.ts';
import { listUsable } from '../store/integrations.ts';
import { keys } from '../store/keys.ts';
import { queryAll } from '../store/table.ts';

/** What one's own categories weigh against what other organisations do. */
const categoryWeight = 2;

const reasonOf = ({ category, name }: Manifest, inCategory: number, organizations: number): string => {
  const words = category.replaceAll('_', ' ');
  const parts = [
    ...(inCategory > 0 ? [`you use ${inCategory} in ${words}`] : []),
    ...(organizations > 0
      ? [
          `${organizations} other ${organizations === 1 ? 'organisation has' : 'organisations have'} connected ${name}`,
        ]
      : []),
  ];
  return parts.length > 0 ? parts.join('; ') : `nothing in ${words} is connected yet`;
};

/** What can be connected and is not: first what others of the same categories use, then what most use. */
export const recommendationsFor = async (caller: Caller) => {
  const [manifests, integrations, adoptions, own] = await Promise.all([
    allManifests(),
    listUsable(caller),
    queryAll<{ sk: string; organizations: number }>(keys.adoptions()),
    queryAll<{ sk: string }>(keys.adoptedBy(caller.organizationId)),
  ]);
  const connected = new Set(integrations.map(({ provider }) => provider));
  const categories = manifests.filter(({ id }) => connected.has(id)).map(({ category }) => category);
  const ownEver = new Set(own.map(({ sk }) => sk.slice('ADOPTED#'.length)));
  const others = new Map(
    adoptions.map(({ sk, organizations }) => [sk, organizations - (ownEver.has(sk) ? 1 : 0)]),
  );
  const recommendations = manifests
    .filter(({ id, status }) => status === 'available' && !connected.has(id))
    .map((manifest) => {
      const inCategory = categories.filter((category) => category === manifest.category).length;
      const organizations = others.get(manifest.id) ?? 0;
      return {
        provider: manifest.id,
        name: manifest.name,
        category: manifest.category,
        score: inCategory * categoryWeight + Math.log2(1 + organizations),
        reason: reasonOf(manifest, inCategory, organizations),
        numbers: { inCategory, organizations },
      };
    })
    .toSorted((a, b) => b.score - a.score || a.provider.localeCompare(b.provider));
  return { recommendations };
};
