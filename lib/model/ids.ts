import { randomBytes } from 'node:crypto';

/** Every id says what it is; 128 random bits cannot be guessed. */
const random = (): string => randomBytes(16).toString('base64url');

export const newIntegrationId = (scope: 'organization' | 'user'): string =>
  `int_${scope === 'organization' ? 'o' : 'u'}_${random()}`;

/** The scope an integration's id speaks of, or null where it is no such id. */
export const scopeOfIntegration = (id: string): 'organization' | 'user' | null => {
  const match = /^int_([ou])_[A-Za-z0-9_-]{22}$/.exec(id);
  if (!match) return null;
  return match[1] === 'o' ? 'organization' : 'user';
};

/** Ids of runs sort by time of making, as events' do. */
export const newRunId = (at: number): string =>
  `syn_${at.toString(36).padStart(9, '0')}${random().slice(0, 14)}`;

export const isRunId = (id: string): boolean => /^syn_[a-z0-9]{9}[A-Za-z0-9_-]{14}$/.test(id);

/** The least id an event of this moment can have: ids sort by time of making. */
export const firstEventId = (at: number): string => `evt_${at.toString(36).padStart(9, '0')}`;

export const newEventId = (at: number): string => `${firstEventId(at)}${random().slice(0, 14)}`;

export const newErasureId = (at: number): string => `ers_${at.toString(36).padStart(9, '0')}${random()}`;
