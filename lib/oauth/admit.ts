import { AppError, notFound } from '../errors/error.ts';
import type { Caller } from '../model/caller.ts';
import { type AttemptRecord, burnAttempt, countWrongTicket, findAttempt } from '../store/attempts.ts';
import { isSecret } from './one-time.ts';

const mostWrongTickets = 5;

const unknown = (): AppError => notFound('The attempt');

/** What a provider may say that is not the person's no. */
const faults = new Set([
  'server_error',
  'temporarily_unavailable',
  'invalid_request',
  'invalid_scope',
  'unauthorized_client',
  'error',
]);

/**
 * The attempt, for the user who began it, in the organisation they began it in, with the right ticket.
 * To everybody else it does not exist; another user's try ends it, for one of the two was led here.
 */
export const admitted = async (caller: Caller, id: string, ticket: string): Promise<AttemptRecord> => {
  const hash = /^att_([A-Za-z0-9_-]{43})$/.exec(id)?.[1];
  const attempt = hash === undefined ? null : await findAttempt(hash);
  if (!attempt) throw unknown();
  if (attempt.userId !== caller.userId) {
    await burnAttempt(attempt.hash);
    throw unknown();
  }
  if (attempt.organizationId !== caller.organizationId || attempt.ticketHash === null) throw unknown();
  if (!isSecret(ticket, attempt.ticketHash)) {
    if ((await countWrongTicket(attempt.hash)) >= mostWrongTickets) await burnAttempt(attempt.hash);
    throw unknown();
  }
  if (attempt.scope === 'organization' && caller.role !== 'admin')
    throw new AppError('forbidden', 'Only admins may connect for the organisation.');
  if (attempt.status === 'denied')
    throw faults.has(attempt.refusal ?? '')
      ? new AppError('provider_error', 'The provider could not ask for consent; try again.')
      : new AppError('consent_denied', 'The consent was not given.');
  return attempt;
};
