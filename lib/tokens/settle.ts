import { isoNow, now } from '../config/clock.ts';
import type { FailedOutcome } from '../connectors/token-answer.ts';
import { eventWrites } from '../events/record.ts';
import { moveTo } from '../integrations/transition.ts';
import { log } from '../log/log.ts';
import { countMetric } from '../log/metric.ts';
import type { Cause } from '../model/integration.ts';
import { tookEffect } from '../store/again.ts';
import { giveUpWrite, releaseClaim } from '../store/credentials.ts';
import { keys } from '../store/keys.ts';
import { transact } from '../store/table.ts';
import { intentDue } from './due.ts';
import { refreshLimits } from './limits.ts';
import type { Claim } from './refresh.ts';
import { dueOf } from './token-state.ts';

/** After so many answers in a row that gave nothing, the provider counts as down. */
const outage = 3;
const longestPause = 15 * 60_000;

/** Doubling from the shortest pause; where there is a grace, within a sixth of it, so that tries fit in. */
const pauseAfter = ({ credential, manifest }: Claim): number => {
  const { pause } = refreshLimits();
  const grace = (manifest.oauth?.refresh.graceSeconds ?? 0) * 1000;
  const most = grace > 0 ? Math.max(pause, grace / 6) : longestPause;
  return Math.min(pause * 2 ** (credential.intentCount - 1), most);
};

const causeOfDeath = ({ credential, manifest }: Claim): Cause => {
  if (credential.auth !== 'oauth2') return 'credentials_rejected';
  if (credential.refreshExpiresAt !== null && credential.refreshExpiresAt <= now())
    return 'refresh_token_expired';
  // An earlier try whose answer never came may have spent it.
  return credential.intentCount > 1 && manifest.oauth?.refresh.rotates ? 'lost_after_rotation' : 'revoked';
};

/** The grant is dead: said at once, and to a person, unless the claim was overtaken by a new consent. */
const giveUp = async (held: Claim): Promise<void> => {
  const { owner, credential } = held;
  const cause = causeOfDeath(held);
  const event = eventWrites(owner, {
    actor: 'system',
    action: 'integration.health_changed',
    target: credential.id,
    provider: credential.provider,
    outcome: 'failed',
    detail: { from: credential.state, to: 'needs_reauth', cause },
  });
  const givenUp = await tookEffect(
    transact([
      giveUpWrite(owner, credential.id, credential.fence, { state: 'needs_reauth', cause }),
      {
        update: keys.integration(owner, credential.id),
        set: { state: 'needs_reauth', cause, since: isoNow() },
        when: [['pk', 'exists']],
      },
      ...event,
    ]),
  );
  if (givenUp) countMetric('NeedsReauth');
};

/** Every classified answer ends the lease; whether the intent stays open depends on what may have been spent. */
export const settle = async (held: Claim, { kind, retryAfter, error }: FailedOutcome): Promise<void> => {
  const { owner, manifest, credential } = held;
  const minted = credential.auth !== 'oauth2';
  log(kind === 'ours' ? 'error' : 'warn', 'token not refreshed', {
    provider: credential.provider,
    integration: credential.id,
    kind,
    error,
  });
  // What a person typed in is theirs: a fault of those credentials is not one of our app.
  if (kind === 'dead' || (kind === 'ours' && minted)) return giveUp(held);

  // An intent that was open before this try stays open: the earlier one may have spent the token.
  const closed = (kind === 'ours' || kind === 'refused') && credential.intentCount === 1;
  const wait = Math.max(pauseAfter(held), (retryAfter ?? 0) * 1000);
  const nextAttemptAt = now() + wait;
  const later = dueOf(manifest, credential);
  const due = closed
    ? later && { ...later, dueAt: Math.max(later.dueAt, nextAttemptAt) }
    : intentDue(credential.id, nextAttemptAt);
  await releaseClaim(owner, credential.id, credential.fence, { closed, nextAttemptAt, due });

  if (kind === 'ours') await moveTo(owner, credential, { state: 'active', cause: 'app_rejected' });
  else if (credential.intentCount >= outage && credential.cause === null)
    await moveTo(owner, credential, { state: 'active', cause: 'provider_outage' });
};
