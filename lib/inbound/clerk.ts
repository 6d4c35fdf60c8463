import * as z from 'zod/mini';
import { expiryInDays } from '../config/clock.ts';
import { foreignId } from '../contract/shapes.ts';
import { environmentSecret } from '../environment/secrets.ts';
import { erasureOf, queueErasure } from '../erasure/request.ts';
import { AppError, hasCode } from '../errors/error.ts';
import type { Subject } from '../model/erasure.ts';
import { keys } from '../store/keys.ts';
import { transact } from '../store/table.ts';
import { isSame, isSigned, signedBy } from './signature.ts';

/** ManagerOS's accounts live in Clerk: what is deleted there is erased here. */

/** Longer than a sender repeats a message. */
const remembered = 7;

const Deleted = z.object({ id: foreignId() });
const News = z.object({ type: z.string(), data: z.unknown() });
const Membership = z.object({
  organization: z.object({ id: foreignId() }),
  public_user_data: z.object({ user_id: foreignId() }),
});

/** What a kind of news erases; any other kind is taken and does nothing. */
const subjects: Readonly<Record<string, (data: unknown) => Subject>> = {
  'organization.deleted': (data) => ({
    kind: 'organization',
    organizationId: z.parse(Deleted, data).id,
  }),
  'user.deleted': (data) => ({ kind: 'user', organizationId: null, userId: z.parse(Deleted, data).id }),
  'organizationMembership.deleted': (data) => {
    const { organization, public_user_data } = z.parse(Membership, data);
    return { kind: 'user', organizationId: organization.id, userId: public_user_data.user_id };
  },
};

/** An unknown address, a bad signature and an environment without secrets answer alike. */
const refused = (): AppError => new AppError('unauthenticated', 'The signature is not valid.');

const subjectOf = (body: Buffer): Subject | null => {
  try {
    const { type, data } = z.parse(News, JSON.parse(body.toString('utf8')));
    return Object.hasOwn(subjects, type) ? (subjects[type]?.(data) ?? null) : null;
  } catch (error) {
    throw new AppError('invalid_request', 'The body is not what Clerk sends.', { cause: error });
  }
};

/**
 * Takes one message: that it was taken and what follows from it are stored in one transaction, so that a
 * repeat has no effect, and a process that dies before it queued the job has left it due.
 */
export const takeClerkNews = async (
  token: string,
  headers: Record<string, string | undefined>,
  body: Buffer,
): Promise<void> => {
  const address = await environmentSecret('clerk_address');
  if (address === null || !isSame(token, address)) throw refused();
  const signed = signedBy(headers);
  const secrets = (await environmentSecret('clerk_signing_secrets'))?.split(/\s+/).filter(Boolean) ?? [];
  if (!signed || !isSigned(signed, body, secrets)) throw refused();

  const subject = subjectOf(body);
  if (!subject) return;
  const { erasure, writes } = erasureOf(subject, 'system');
  const taken = {
    put: { ...keys.message('clerk', signed.id), expiresAt: expiryInDays(remembered) },
    when: [['pk', 'absent']] as const,
    otherwise: () => new AppError('already_created', 'This message was taken before.'),
  };
  try {
    await transact([taken, ...writes]);
  } catch (error) {
    if (hasCode(error, 'already_created')) return;
    throw error;
  }
  await queueErasure(erasure);
};
