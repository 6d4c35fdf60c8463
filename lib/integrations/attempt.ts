import type { Identity, Manifest } from '../connectors/connector.ts';
import { adapterOf } from '../connectors/registry.ts';
import { openSession } from '../connectors/session.ts';
import type { FieldValues } from './fields.ts';

/** How long a person waits for a provider before we say that it does not answer. */
export const patience = 20_000;

/** Whose credentials these are, asked of the provider before anything is stored. */
export const identify = async (manifest: Manifest, values: FieldValues): Promise<Identity> => {
  const adapter = await adapterOf(manifest.id);
  const session = openSession({
    manifest,
    adapter,
    ...values,
    trying: true,
    deadline: Date.now() + patience,
  });
  return adapter.identify(session);
};
