import { expiryInDays, now } from '../config/clock.ts';
import { settings } from '../config/env.ts';
import type { Owner } from '../model/caller.ts';
import { organizationOf } from '../model/caller.ts';
import type { NewEvent } from '../model/event.ts';
import { newEventId } from '../model/ids.ts';
import { keys } from '../store/keys.ts';
import type { Write } from '../store/table.ts';

/**
 * The writes that record an event, for the transaction of the change itself. It stands in the owner's
 * partition and is due until the stream's consumer has handled it. Of a personal change the
 * organisation gets a second entry that says only who, what and which provider.
 */
export const eventWrites = (owner: Owner, event: NewEvent): Write[] => {
  const at = now();
  const id = newEventId(at);
  const time = new Date(at).toISOString();
  const organization = organizationOf(owner);
  const expiresAt = expiryInDays(settings().retention.events);

  const full: Write = {
    put: {
      ...keys.event(owner, time, id),
      ...event,
      id,
      at: time,
      expiresAt,
      due: keys.due('event', id),
      dueAt: at,
    },
    when: [['pk', 'absent']],
  };
  if (owner.userId === null) return [full];

  const { actor, action, provider, outcome } = event;
  const face: Write = {
    put: {
      ...keys.event(organization, time, id),
      id,
      at: time,
      actor,
      action,
      provider,
      outcome,
      target: null,
      expiresAt,
    },
    when: [['pk', 'absent']],
  };
  return [full, face];
};
