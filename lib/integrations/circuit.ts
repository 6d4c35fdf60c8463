import { now } from '../config/clock.ts';
import type { Manifest } from '../connectors/connector.ts';
import { providerError } from '../connectors/refusal.ts';
import { asAppError } from '../errors/error.ts';
import { log } from '../log/log.ts';
import type { CredentialRecord } from '../model/integration.ts';
import { keys } from '../store/keys.ts';
import { get, write } from '../store/table.ts';

/**
 * A circuit per provider and host: where call after call finds it down, it is not asked for a while, by
 * nobody; then the next call tries, and closes it or opens it for twice as long. It is stored for all
 * processes, and read only by one that sees signs of trouble, so that a healthy provider costs nothing.
 */
type Stored = { openUntil: number; opens: number };
type Circuit = Stored & { failures: number; who: Set<string>; readAt: number; trying: boolean };

/** Calls in a row that found it down. */
const enough = 10;
/** A host that many share is down when it is down for several: one account's trouble is not everybody's. */
const enoughShared = 3;
const firstPause = 30_000;
const longestPause = 5 * 60_000;
/** For so long others wait for the one that tries after a pause; a call ends sooner. */
const trial = 10_000;
const copyFor = 30_000;
const mostKept = 1_000;

const circuits = new Map<string, Circuit>();

type Place = { provider: string; host: string; shared: boolean };
const placeOf = (manifest: Manifest, { settings }: CredentialRecord): Place => {
  const own = settings['baseUrl'];
  const address = own ?? manifest.origins[0] ?? '';
  return { provider: manifest.id, host: new URL(address).host, shared: own === undefined };
};

const circuitOf = ({ provider, host }: Place): Circuit => {
  const name = `${provider} ${host}`;
  const circuit = circuits.get(name) ?? {
    failures: 0,
    who: new Set(),
    opens: 0,
    openUntil: 0,
    readAt: Number.NEGATIVE_INFINITY,
    trying: false,
  };
  if (circuits.size >= mostKept) circuits.clear();
  circuits.set(name, circuit);
  return circuit;
};

/** What other processes found of it, at most half a minute ago. */
const readCircuit = async (place: Place, circuit: Circuit): Promise<void> => {
  if (Math.abs(now() - circuit.readAt) < copyFor) return;
  circuit.readAt = now();
  const stored = await get<Stored>(keys.circuit(place.provider, place.host)).catch(() => null);
  circuit.opens = stored?.opens ?? 0;
  circuit.openUntil = stored ? Math.max(circuit.openUntil, stored.openUntil) : 0;
};

/** Refuses while the circuit is open; `provider_unreachable` with the time that is left. */
export const throughCircuit = async (manifest: Manifest, credential: CredentialRecord): Promise<void> => {
  const place = placeOf(manifest, credential);
  const circuit = circuitOf(place);
  if (circuit.failures > 0 || circuit.opens > 0 || credential.cause === 'provider_outage')
    await readCircuit(place, circuit);
  if (circuit.openUntil > now())
    throw providerError(manifest.name, 'provider_unreachable', {
      retryAfter: (circuit.openUntil - now()) / 1000,
    });
  // Of each process one call tries; the others are told to come back.
  circuit.trying = circuit.opens > 0;
  if (circuit.trying) circuit.openUntil = now() + trial;
};

/** For who asks past it, as a person who tests: knows of it, so that it is closed where all is well. */
export const lookAtCircuit = async (manifest: Manifest, credential: CredentialRecord): Promise<void> => {
  const place = placeOf(manifest, credential);
  await readCircuit(place, circuitOf(place));
};

/** That it cannot be kept must not fail the call it is about. */
const keep = async (writing: Promise<unknown>, { provider, host }: Place): Promise<void> => {
  try {
    await writing;
  } catch (error) {
    log('warn', 'circuit not kept', { provider, host, code: asAppError(error).code });
  }
};

const open = async (place: Place, circuit: Circuit): Promise<void> => {
  circuit.trying = false;
  circuit.openUntil = now() + Math.min(longestPause, firstPause * 2 ** circuit.opens);
  circuit.opens += 1;
  const { openUntil, opens } = circuit;
  const expiresAt = Math.ceil(openUntil / 1000) + 3600;
  log('warn', 'circuit opened', { provider: place.provider, host: place.host, opens });
  await keep(
    write({ update: keys.circuit(place.provider, place.host), set: { openUntil, opens, expiresAt } }),
    place,
  );
};

/** That the provider answers, from who asked it past the circuit. */
export const closeCircuit = async (manifest: Manifest, credential: CredentialRecord): Promise<void> => {
  await lookAtCircuit(manifest, credential);
  await tellCircuit(manifest, credential, false);
};

/** Hears whether a use found the provider down; writes only where the circuit opens or closes. */
export const tellCircuit = async (
  manifest: Manifest,
  credential: CredentialRecord,
  down: boolean,
): Promise<void> => {
  const place = placeOf(manifest, credential);
  const circuit = circuitOf(place);
  if (!down) {
    const was = circuit.opens;
    Object.assign(circuit, { failures: 0, who: new Set(), opens: 0, openUntil: 0, trying: false });
    if (was > 0) await keep(write({ delete: keys.circuit(place.provider, place.host) }), place);
    return;
  }
  // Calls that were under way when it opened say nothing new.
  if (circuit.openUntil > now() && !circuit.trying) return;
  circuit.failures += 1;
  circuit.who.add(credential.id);
  const many = circuit.failures >= enough && (!place.shared || circuit.who.size >= enoughShared);
  // The one try after a pause says enough.
  if (many || circuit.opens > 0) await open(place, circuit);
};
