import { AppError, invalidField } from '../errors/error.ts';
import type { Caller } from '../model/caller.ts';
import type { Account } from '../model/integration.ts';
import { type ConnectBody, checkConnect } from './connect.ts';
import { hintFor } from './hints.ts';
import { countProviderCall } from './limit.ts';
import { tryCredentialsOf } from './trying.ts';

/** Tries credentials and stores nothing: what the provider says is the answer, not an error. */
export const tryCredentials = async (
  caller: Caller,
  body: ConnectBody,
): Promise<{ ok: boolean; code: string | null; hint: string | null; account: Account | null }> => {
  const { manifest, method, values } = await checkConnect(caller, body);
  if (method.kind === 'oauth2') throw invalidField('auth', 'is tried by the consent itself');
  await countProviderCall(caller, null);
  try {
    const { identity } = await tryCredentialsOf(manifest, method.kind, values);
    return { ok: true, code: null, hint: null, account: identity.account };
  } catch (error) {
    if (!(error instanceof AppError) || !error.code.startsWith('provider_')) throw error;
    return { ok: false, code: error.code, hint: hintFor(error.code), account: null };
  }
};
