import { notFound } from '../errors/error.ts';
import type { Adapter, Manifest } from './connector.ts';

type Connector = {
  manifest: () => Promise<{ manifest: Manifest }>;
  adapter: () => Promise<{ adapter: Adapter }>;
};

/** The connectors. A new one is its folder and a line here; both halves are loaded when first used. */
const connectors: Record<string, Connector> = {
  jira: { manifest: () => import('./jira/manifest.ts'), adapter: () => import('./jira/adapter.ts') },
  github: { manifest: () => import('./github/manifest.ts'), adapter: () => import('./github/adapter.ts') },
};

const connectorOf = (provider: string): Connector => {
  const connector = Object.hasOwn(connectors, provider) ? connectors[provider] : undefined;
  if (!connector) throw notFound(`The provider ${provider}`);
  return connector;
};

export const manifestOf = async (provider: string): Promise<Manifest> =>
  (await connectorOf(provider).manifest()).manifest;

export const adapterOf = async (provider: string): Promise<Adapter> =>
  (await connectorOf(provider).adapter()).adapter;

/** Every provider of the catalogue, those that are only planned included. */
export const allManifests = async (): Promise<Manifest[]> => {
  const { planned } = await import('./planned.ts');
  return [...(await Promise.all(Object.keys(connectors).map(manifestOf))), ...planned];
};

/** The manifest of any provider of the catalogue, null where there is none of this id. */
export const findManifest = async (provider: string): Promise<Manifest | null> =>
  (await allManifests()).find(({ id }) => id === provider) ?? null;
