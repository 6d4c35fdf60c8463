import type * as z from 'zod/mini';
import type { Link } from '../contract/shapes.ts';
import type { Caller } from '../model/caller.ts';
import type { IntegrationRecord } from '../model/integration.ts';
import type { LinkRecord } from '../model/link.ts';
import { keys, ownerOfIntegration } from '../store/keys.ts';
import { getMany } from '../store/table.ts';

export type LinkOutput = z.input<typeof Link>;

export const linkView = (
  link: LinkRecord,
  { id, name, provider, scope }: Pick<IntegrationRecord, 'id' | 'name' | 'provider' | 'scope'>,
): LinkOutput => ({
  id: link.id,
  entity: { type: link.entityType, id: link.entityId },
  integration: { id, name, provider, scope },
  external: link.external,
  state: link.state,
  createdAt: link.createdAt,
  createdBy: link.createdBy,
});

export type Hanging = { link: LinkRecord; integration: IntegrationRecord };

/**
 * Links with the integrations they hang on, newest first; one whose integration is gone is left out, though its
 * purge may still run.
 */
export const hanging = async (caller: Caller, links: readonly LinkRecord[]): Promise<Hanging[]> => {
  const wanted = links.flatMap(({ integrationId }) => {
    const owner = ownerOfIntegration(caller, integrationId);
    return owner ? [keys.integration(owner, integrationId)] : [];
  });
  const integrations = new Map(
    (await getMany<IntegrationRecord>(wanted)).flatMap((found) =>
      found ? [[found.id, found] as const] : [],
    ),
  );
  return links
    .toSorted((a, b) => (a.createdAt < b.createdAt ? 1 : -1))
    .flatMap((link) => {
      const integration = integrations.get(link.integrationId);
      return integration ? [{ link, integration }] : [];
    });
};
