import type { Adapter, Identity, Session } from '../connectors/connector.ts';
import { adapterOf } from '../connectors/registry.ts';
import { openSession } from '../connectors/session.ts';
import { open } from '../credentials/envelope.ts';
import { AppError, hasCode } from '../errors/error.ts';
import { countCalls, type ProviderCall } from '../log/provider-calls.ts';
import type { Owner } from '../model/caller.ts';
import type { CredentialRecord } from '../model/integration.ts';
import { afterRejection, withValidToken } from '../tokens/access.ts';
import { openTokens } from '../tokens/sealed.ts';
import { patience } from './attempt.ts';
import { lookAtCircuit, tellCircuit, throughCircuit } from './circuit.ts';
import { noteOutage } from './outage.ts';
import { placeOf } from './place.ts';
import { rejectCredentials } from './transition.ts';
import type { Run, Usable } from './use.ts';
import { noteVitals, observerOf } from './vitals.ts';

/** Credentials opened and in use: all that speaks to a provider. `use.ts` loads it when it is needed. */

/** Credentials as they are sent: what was typed in, or a token that is valid now. */
const opened = async (owner: Owner, credential: CredentialRecord) => {
  if (credential.tokens) {
    const { accessToken } = await openTokens(owner, credential, credential.tokenVersion, credential.tokens);
    return { credentials: {}, accessToken };
  }
  if (!credential.sealed) throw new AppError('needs_setup', 'The integration has to be set up first.');
  return { credentials: await open(placeOf(owner, credential), credential.sealed), accessToken: null };
};

/** A session with the opened credentials, until `deadline` (epoch ms). */
export const sessionFor = async (
  usable: Usable,
  adapter: Adapter,
  deadline: number,
  observe = observerOf(usable.owner, usable.credential.id),
): Promise<Session> => {
  const { owner, credential, manifest } = usable;
  const { auth, settings } = credential;
  return openSession({
    manifest,
    adapter,
    auth,
    settings,
    ...(await opened(owner, credential)),
    trying: false,
    deadline,
    observe,
  });
};

/**
 * Runs with an open session. Where the provider rejects a token, newer ones are got once and the use is
 * run again; `provider_unauthorized` comes out where that is of no use. `enter` may refuse before anything is asked.
 */
const withSession = async <T>(
  usable: Usable,
  run: Run<T>,
  deadline = Date.now() + patience,
  enter = throughCircuit,
): Promise<T> => {
  const adapter = await adapterOf(usable.manifest.id);
  const { owner } = usable;
  const once = async (credential: CredentialRecord): Promise<T> => {
    const current = { ...usable, credential };
    await enter(usable.manifest, credential);
    const tell = observerOf(owner, credential.id);
    const calls: ProviderCall[] = [];
    let isDown: boolean | null = null;
    const session = await sessionFor(current, adapter, deadline, (milliseconds, code, down) => {
      isDown = down;
      calls.push({ milliseconds, code });
      tell(milliseconds, code, down);
    });
    try {
      return await run({ ...current, adapter, session });
    } finally {
      countCalls(usable.manifest.id, calls);
      await noteVitals(owner, credential.id);
      await noteOutage(owner, credential);
      if (isDown !== null) await tellCircuit(usable.manifest, credential, isDown);
    }
  };
  const valid = await withValidToken(owner, usable.credential);
  try {
    return await once(valid);
  } catch (error) {
    if (!hasCode(error, 'provider_unauthorized')) throw error;
    const newer = await afterRejection(owner, valid);
    if (!newer) throw error;
    return once(newer);
  }
};

/** As in `use.ts`. */
export const identify = (usable: Usable): Promise<Identity> =>
  withSession(usable, ({ adapter, session }) => adapter.identify(session), undefined, lookAtCircuit);

/** The same, for stored credentials: those that are rejected make the integration `needs_reauth` at once. */
export const inSession = async <T>(usable: Usable, run: Run<T>, deadline?: number): Promise<T> => {
  let used = usable.credential;
  try {
    return await withSession(
      usable,
      (use) => {
        used = use.credential;
        return run(use);
      },
      deadline,
    );
  } catch (error) {
    if (!hasCode(error, 'provider_unauthorized')) throw error;
    await rejectCredentials(usable.owner, used);
    const { name } = usable.manifest;
    throw new AppError('needs_reauth', `${name} no longer accepts the credentials: reconnect it.`, {
      cause: error,
    });
  }
};
