import { settings } from '../config/env.ts';
import { AppError } from '../errors/error.ts';
import type { Caller } from '../model/caller.ts';

const idForm = /^(?!.*\.\.)[A-Za-z0-9._:@|+=~-]{1,64}$/;

const asId = (claim: unknown): string | null =>
  typeof claim === 'string' && idForm.test(claim) ? claim : null;

const forbidden = (message: string): AppError => new AppError('forbidden', message);

/**
 * The caller from the claims the gateway verified; nothing else of the request is asked. A claim that
 * is missing, empty or of another form denies.
 */
export const callerFrom = (claims: Record<string, unknown> | undefined): Caller => {
  const { claims: names, roles } = settings();
  const claim = (name: string): unknown => claims?.[name];

  const userId = asId(claim(names.user));
  if (userId === null) throw forbidden('The token names no user.');
  const organizationId = asId(claim(names.organization));
  if (organizationId === null) throw forbidden('Choose an organisation first: the token names none.');
  const given = claim(names.role);
  const role = (['admin', 'member'] as const).find(
    (name) => typeof given === 'string' && roles[name].includes(given),
  );
  if (!role) throw forbidden('The token names no role that we know.');
  const plan = claim(names.plan);
  return {
    kind: 'user',
    userId,
    organizationId,
    role,
    personId: asId(claim(names.person)),
    plan: typeof plan === 'string' && plan !== '' ? plan : null,
  };
};
