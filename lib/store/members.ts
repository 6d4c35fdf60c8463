import type { Owner } from '../model/caller.ts';
import { keys } from './keys.ts';
import type { Write } from './table.ts';

/** Whoever gets something of their own enters the directory with it, so that erasing an organisation finds all. */
export const memberWrites = ({ organizationId, userId }: Owner): Write[] =>
  userId === null ? [] : [{ put: keys.member(organizationId, userId) }];
