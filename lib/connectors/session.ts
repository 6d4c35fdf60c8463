import type { ErrorCode } from '../contract/codes.ts';
import { AppError } from '../errors/error.ts';
import type { AuthKindName } from '../model/integration.ts';
import { type Door, openDoor, usualLimits } from '../outbound/door.ts';
import type { OutboundError } from '../outbound/failure.ts';
import { retrying } from '../outbound/retry.ts';
import type { Adapter, Manifest, Refusal, Session } from './connector.ts';
import { errorOfFailure, errorOfRefusal, providerError } from './refusal.ts';

const refusalText = 16_384;

export type SessionOptions = {
  manifest: Manifest;
  adapter: Adapter;
  auth: AuthKindName;
  settings: Readonly<Record<string, string>>;
  credentials: Readonly<Record<string, string>>;
  accessToken: string | null;
  /** Credentials that are only being tried: an address that is not allowed is then `invalid_url`. */
  trying: boolean;
  /** Epoch milliseconds after which nothing is asked again. */
  deadline: number;
  /** Hears how each call went: how long (ms), with which code, null for success, and whether the provider was down. */
  observe: (milliseconds: number, code: ErrorCode | null, down: boolean) => void;
};

const originsOf = ({ manifest, settings }: SessionOptions): string[] => [
  ...manifest.origins,
  ...(settings['baseUrl'] ? [new URL(settings['baseUrl']).origin] : []),
];

/** A session makes every way an SDK can fail one error with a code of the contract. */
export const openSession = (options: SessionOptions): Session => {
  const { manifest, adapter, auth, settings, credentials, accessToken, trying, deadline, observe } = options;

  const call: Session['call'] = async (run, { repeatable } = { repeatable: false }) => {
    let failure: OutboundError | null = null;
    let refusal: Refusal | null = null;
    /** A door for one try: each has only the time that is left then. */
    const door: Door = (input, init) => {
      const total = Math.max(1, Math.min(usualLimits.total, deadline - Date.now()));
      const open = openDoor({
        provider: manifest.id,
        origins: originsOf(options),
        limits: { ...usualLimits, total },
        failed: (error) => {
          failure = error;
        },
      });
      return open(input, init);
    };
    const ask = retrying(door, deadline, repeatable);
    const recording = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
      refusal = null;
      const response = await ask(input, init);
      failure = null;
      const { ok, status, headers } = response;
      if (!ok) {
        refusal = { status, headers, text: (await response.clone().text()).slice(0, refusalText) };
      } else if (adapter.classify?.({ status, headers, text: '' })) {
        refusal = { status, headers, text: '' };
        throw new Error('A refusal that looks like a success.');
      }
      return response;
    };
    const asError = (error: unknown): AppError => {
      if (error instanceof AppError) return error;
      if (failure) return errorOfFailure(manifest.name, failure, trying);
      if (refusal) return errorOfRefusal(manifest.name, refusal, adapter.classify);
      return providerError(manifest.name, 'provider_error', { cause: error });
    };
    /** Nothing came, or a fault of the provider's own, also where it is passed on as an answer. */
    const isDown = (): boolean =>
      failure
        ? failure.reason === 'timeout' || failure.reason === 'unreachable'
        : refusal !== null && refusal.status >= 500;
    const startedAt = performance.now();
    try {
      const result = await run(recording);
      observe(performance.now() - startedAt, null, isDown());
      return result;
    } catch (error) {
      const failed = asError(error);
      observe(performance.now() - startedAt, failed.code, isDown());
      throw failed;
    }
  };
  return { auth, settings, credentials, accessToken, call };
};
