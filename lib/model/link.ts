import type * as z from 'zod/mini';
import type { Entity, EntityType, ExternalEntity, ExternalType } from '../contract/shapes.ts';

export type ManagerosEntity = z.infer<typeof Entity>;
export type EntityTypeName = z.infer<typeof EntityType>;
export type ExternalTypeName = z.infer<typeof ExternalType>;
/** What a provider's thing looks like to us; absent parts are null. */
export type ExternalItem = z.input<typeof ExternalEntity>;

export type LinkRecord = {
  id: string;
  entityType: EntityTypeName;
  entityId: string;
  integrationId: string;
  external: {
    type: ExternalTypeName;
    id: string;
    title: string;
    email: string | null;
    url: string | null;
    metadata: Record<string, unknown>;
  };
  state: 'ok' | 'missing';
  createdAt: string;
  createdBy: string;
  /** The repeatable call that made it. */
  call: string | null;
};
