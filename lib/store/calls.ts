import { expiryInDays } from '../config/clock.ts';
import { settings } from '../config/env.ts';
import { tookEffect } from './again.ts';
import { keys } from './keys.ts';
import { get, write } from './table.ts';

/**
 * Creating calls that carry an `Idempotency-Key`: each is claimed before it runs and keeps its answer
 * afterwards. Times are the machine's, in milliseconds.
 */
export type Call = { organizationId: string; userId: string; id: string };

export type CallRecord = {
  /** Hash of what was sent: the key speaks of this and nothing else. */
  sent: string;
  /** The request that runs it, or ran it last. */
  holder: string;
  /** How long that request may still be running; 0 once it is known to have ended. */
  until: number;
  /** When the key is free again; DynamoDB's time to live is late. */
  expires: number;
  /** Sealed for its caller and what was sent. */
  answer?: Uint8Array;
  /** It answered with what is shown once. */
  withheld?: boolean;
};

const day = 86_400_000;

const keyOf = (call: Call) => keys.call(call, call.id);

export const readCall = (call: Call): Promise<CallRecord | null> => get<CallRecord>(keyOf(call));

/** Claims a call nobody made before; or one whose record is over, or whose holder is dead, as it was seen. */
export const claimCall = (
  call: Call,
  mine: Pick<CallRecord, 'sent' | 'holder' | 'until'>,
  seen: CallRecord | null,
): Promise<boolean> => {
  const { idempotency } = settings().retention;
  const record: CallRecord = { ...mine, expires: Date.now() + idempotency * day };
  return tookEffect(
    write({
      put: { ...keyOf(call), ...record, expiresAt: expiryInDays(idempotency) },
      when: seen
        ? [
            ['holder', '=', seen.holder],
            ['until', '=', seen.until],
          ]
        : [['pk', 'absent']],
    }),
  );
};

/** Ends the claim, with what a repeat is told; nothing where the same call may be made again. */
export const settleCall = (
  call: Call,
  holder: string,
  outcome: Pick<CallRecord, 'answer' | 'withheld'>,
): Promise<boolean> =>
  tookEffect(
    write({
      update: keyOf(call),
      set: { until: 0, ...outcome },
      when: [['holder', '=', holder]],
    }),
  );
