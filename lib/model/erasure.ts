import type { ManagerosEntity } from './link.ts';

/** What may be erased. A user without an organisation is erased in every one. */
export type Subject =
  | { kind: 'organization'; organizationId: string }
  | { kind: 'user'; organizationId: string | null; userId: string }
  | { kind: 'entity'; organizationId: string; entity: ManagerosEntity };

/**
 * A request to erase. It is `running` until everything was gone over once, then `settling` while calls that
 * had begun before may still leave something behind, and `done` after it was gone over again.
 */
export type ErasureRecord = {
  id: string;
  subject: Subject;
  /** A user's id, or `system`. */
  requestedBy: string;
  requestedAt: string;
  state: 'running' | 'settling' | 'done';
  /** When it may be gone over for the last time (epoch ms); null while it runs. */
  settlesAt: number | null;
  finishedAt: string | null;
};
