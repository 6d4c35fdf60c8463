import type { ChangesPage } from './connector.ts';

/** A page of a sync on which nothing stands, and behind which none comes. */
export const noChanges: ChangesPage = {
  items: [],
  removed: [],
  failed: 0,
  next: null,
  position: null,
  total: null,
  restart: false,
};
