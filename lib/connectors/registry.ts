import { notFound } from '../errors/error.ts';
import type { Adapter, Manifest, Tokens } from './connector.ts';

type Connector = {
  manifest: () => Promise<{ manifest: Manifest }>;
  adapter: () => Promise<{ adapter: Adapter }>;
  /** Null where a connection lives without tokens. */
  tokens: (() => Promise<{ tokens: Tokens }>) | null;
};

/** The connectors. A new one is its folder and a line here; each part is loaded when first used. */
const connectors: Record<string, Connector> = {
  jira: {
    manifest: () => import('./jira/manifest.ts'),
    adapter: () => import('./jira/adapter.ts'),
    tokens: () => import('./jira/tokens.ts'),
  },
  github: {
    manifest: () => import('./github/manifest.ts'),
    adapter: () => import('./github/adapter.ts'),
    tokens: () => import('./github/tokens.ts'),
  },
  google_calendar: {
    manifest: () => import('./google_calendar/manifest.ts'),
    adapter: () => import('./google_calendar/adapter.ts'),
    tokens: () => import('./google_calendar/tokens.ts'),
  },
  microsoft_outlook: {
    manifest: () => import('./microsoft_outlook/manifest.ts'),
    adapter: () => import('./microsoft_outlook/adapter.ts'),
    tokens: () => import('./microsoft_outlook/tokens.ts'),
  },
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

const without: Tokens = { exchange: null, refresh: null, mint: null, revoke: null };

export const tokensOf = async (provider: string): Promise<Tokens> =>
  (await connectorOf(provider).tokens?.())?.tokens ?? without;

/** Every provider of the catalogue, those that are only planned included. */
export const allManifests = async (): Promise<Manifest[]> => {
  const { planned } = await import('./planned.ts');
  return [...(await Promise.all(Object.keys(connectors).map(manifestOf))), ...planned];
};

/** The manifest of any provider of the catalogue, null where there is none of this id. */
export const findManifest = async (provider: string): Promise<Manifest | null> =>
  (await allManifests()).find(({ id }) => id === provider) ?? null;
