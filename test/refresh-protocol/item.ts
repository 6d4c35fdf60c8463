/**
 * The refresh protocol's writes to the credential item, as the model has them: pure, in ticks relative to
 * now. `conformance.test.ts` holds the product's conditional writes to exactly these.
 */

export type Item = {
  state: 'active' | 'needs_reauth';
  version: number;
  fence: number;
  /** Until when a holder keeps others away; -1 once it is over. */
  lease: number;
  intent: boolean;
  /** Claims since the intent was opened. */
  tries: number;
  /** Until when nobody tries again. */
  wait: number;
  token: number;
};

/** What the protocol leaves to one line each; a mutant lacks one. */
export type Rules = {
  claimLooksAtLease: boolean;
  claimLooksAtVersion: boolean;
  claimLooksAtWait: boolean;
  claimOpensIntent: boolean;
  commitLooksAtFence: boolean;
  giveUpLooksAtFence: boolean;
  answersEndTheLease: boolean;
  unknownKeepsIntent: boolean;
  refusalKeepsEarlierIntent: boolean;
};

export const rules: Rules = {
  claimLooksAtLease: true,
  claimLooksAtVersion: true,
  claimLooksAtWait: true,
  claimOpensIntent: true,
  commitLooksAtFence: true,
  giveUpLooksAtFence: true,
  answersEndTheLease: true,
  unknownKeepsIntent: true,
  refusalKeepsEarlierIntent: true,
};

/** Null where the condition does not hold; `skew` is how far the claimer's clock is ahead. */
export const claimed = (
  item: Item,
  { seen, lease, skew }: { seen: number; lease: number; skew: number },
  by: Rules,
): Item | null => {
  const free =
    item.state === 'active' &&
    (!by.claimLooksAtVersion || item.version === seen) &&
    (!by.claimLooksAtLease || item.lease < skew) &&
    (!by.claimLooksAtWait || item.wait <= 0);
  if (!free) return null;
  return {
    ...item,
    fence: item.fence + 1,
    lease: lease + skew,
    intent: item.intent || by.claimOpensIntent,
    tries: item.tries + 1,
  };
};

export const committed = (item: Item, fence: number, token: number, by: Rules): Item | null =>
  item.state === 'active' && (!by.commitLooksAtFence || item.fence === fence)
    ? { ...item, token, version: item.version + 1, lease: -1, intent: false, tries: 0, wait: 0 }
    : null;

/** Whether an answer that gave nothing closes the intent: only where surely nothing was spent, now or before. */
export const closes = (item: Item, answer: 'refused' | 'unknown', by: Rules): boolean =>
  answer === 'unknown' ? !by.unknownKeepsIntent : item.tries === 1 || !by.refusalKeepsEarlierIntent;

export const released = (
  item: Item,
  fence: number,
  { closed, pause }: { closed: boolean; pause: number },
  by: Rules,
): Item | null =>
  item.state === 'active' && item.fence === fence
    ? {
        ...item,
        lease: by.answersEndTheLease ? -1 : item.lease,
        wait: pause,
        ...(closed && { intent: false, tries: 0 }),
      }
    : null;

export const givenUp = (item: Item, fence: number, by: Rules): Item | null =>
  item.state === 'active' && (!by.giveUpLooksAtFence || item.fence === fence)
    ? { ...item, state: 'needs_reauth', lease: -1, intent: false, tries: 0 }
    : null;

/** A new consent overtakes whoever refreshes. */
export const consented = (item: Item, token: number): Item => ({
  state: 'active',
  version: item.version + 1,
  fence: item.fence + 1,
  lease: -1,
  intent: false,
  tries: 0,
  wait: 0,
  token,
});
