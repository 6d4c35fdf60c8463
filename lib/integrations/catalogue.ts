import type * as z from 'zod/mini';
import type { AuthMethod, Guide, Manifest } from '../connectors/connector.ts';
import { allManifests, findManifest } from '../connectors/registry.ts';
import type { listProviders } from '../contract/operations/providers.ts';
import type { Provider } from '../contract/shapes.ts';
import { notFound } from '../errors/error.ts';
import type { Caller } from '../model/caller.ts';
import { listUsable } from '../store/integrations.ts';

type ProviderOutput = z.input<typeof Provider>;
type Query = z.output<typeof listProviders.query>;

const guideOf = ({ prerequisites, steps, scopes, troubleshooting }: Guide) => ({
  prerequisites: [...prerequisites],
  steps: [...steps],
  scopes: [...scopes],
  troubleshooting: [...troubleshooting],
});

/** All ways to connect in one guide. */
const wholeGuide = (methods: readonly AuthMethod[]) =>
  guideOf({
    prerequisites: [...new Set(methods.flatMap(({ guide }) => guide.prerequisites))],
    steps: methods.flatMap(({ guide }) => guide.steps),
    scopes: methods.flatMap(({ guide }) => guide.scopes),
    troubleshooting: methods.flatMap(({ guide }) => guide.troubleshooting),
  });

const providerView = (manifest: Manifest, connected: boolean, withGuide: boolean): ProviderOutput => {
  const { id, name, category, description, features, scopes, status, statusReason, multiple } = manifest;
  return {
    id,
    name,
    category,
    description,
    features: [...features],
    scopes: [...scopes],
    status,
    statusReason,
    auth: manifest.auth.map(({ kind, fields, guide }) => ({
      kind,
      fields: fields.map(({ hosts: _hosts, ...field }) => ({ ...field, secret: field.in === 'credentials' })),
      guide: withGuide ? guideOf(guide) : null,
    })),
    guide: withGuide && manifest.auth.length > 0 ? wholeGuide(manifest.auth) : null,
    entities: manifest.entities.map(({ type, searchable, linkableTo }) => ({
      type,
      searchable,
      linkableTo: [...linkableTo],
    })),
    multiple,
    connected,
  };
};

const connectedProviders = async (caller: Caller): Promise<Set<string>> =>
  new Set((await listUsable(caller)).map(({ provider }) => provider));

/** The catalogue, filtered; categories are those of all providers, so that a filter can be changed. */
export const listCatalogue = async (caller: Caller, { category, status, scope }: Query) => {
  const [manifests, connected] = await Promise.all([allManifests(), connectedProviders(caller)]);
  const providers = manifests
    .filter((one) => category === undefined || one.category === category)
    .filter((one) => status === undefined || one.status === status)
    .filter((one) => scope === undefined || one.scopes.includes(scope))
    .map((manifest) => providerView(manifest, connected.has(manifest.id), false));
  const categories = [...new Set(manifests.map((one) => one.category))].toSorted();
  return { providers, categories, total: providers.length };
};

export const showProvider = async (caller: Caller, id: string): Promise<ProviderOutput> => {
  const manifest = await findManifest(id);
  if (!manifest) throw notFound('The provider');
  return providerView(manifest, (await connectedProviders(caller)).has(id), true);
};
