import { clientOf } from './oauth-certified.ts';
import { alive, bare, connect, fine, invalidGrant, type Scenario } from './oauth-scenarios.ts';

/** What a client may do with the tokens it got. */

export const tokenScenarios: Scenario[] = [
  [
    'rotation leaves the older access token alone',
    async (target) => {
      const first = await connect(target);
      const second = await clientOf(target).refresh(first.refresh);
      const third = await clientOf(target).refresh(second.refresh);
      return {
        rotated: new Set([first.refresh, second.refresh, third.refresh]).size,
        first: await target.works(first.access),
        third: await alive(target, third),
      };
    },
    { rotated: 3, first: true, third: { access: true, refresh: true } },
  ],
  [
    'a rotated refresh token used again ends the family',
    async (target) => {
      const first = await connect(target);
      const second = await clientOf(target).refresh(first.refresh);
      const reused = await clientOf(target).refresh(first.refresh);
      return {
        reused: bare(reused),
        first: await target.works(first.access),
        second: await alive(target, second),
      };
    },
    { reused: invalidGrant, first: false, second: { access: false, refresh: false } },
  ],
  [
    'an unknown refresh token',
    async (target) => bare(await clientOf(target).refresh('never-issued')),
    invalidGrant,
  ],
  [
    'more scope at a refresh than was granted, and then less',
    async (target) => {
      const client = clientOf(target);
      const { verifier, back } = await client.ask({ scope: 'openid offline_access read' });
      const { refresh } = await client.redeem(back, verifier);
      const more = await client.refresh(refresh, { scope: 'openid read write' });
      return { more: bare(more), less: bare(await client.refresh(refresh, { scope: 'openid' })) };
    },
    { more: { status: 400, error: 'invalid_scope' }, less: fine },
  ],
  [
    'a revoked refresh token takes its access tokens along',
    async (target) => {
      const got = await connect(target);
      return { revoked: bare(await clientOf(target).revoke(got.refresh)), got: await alive(target, got) };
    },
    { revoked: fine, got: { access: false, refresh: false } },
  ],
  [
    'a revoked access token takes its family along',
    async (target) => {
      const got = await connect(target);
      return { revoked: bare(await clientOf(target).revoke(got.access)), got: await alive(target, got) };
    },
    { revoked: fine, got: { access: false, refresh: false } },
  ],
  [
    "a revocation of another client's token",
    async (target) => {
      const got = await connect(target);
      const revoked = await clientOf(target, 'other').revoke(got.refresh);
      return { revoked: bare(revoked), got: await alive(target, got) };
    },
    { revoked: { status: 400, error: 'invalid_request' }, got: { access: true, refresh: true } },
  ],
  [
    'a revocation with a wrong secret, and of something unknown',
    async (target) => {
      const got = await connect(target);
      const wrong = await clientOf(target, 'app', 'not-the-secret').revoke(got.refresh);
      const unknown = await clientOf(target).revoke('never-issued');
      return { wrong: bare(wrong), unknown: bare(unknown), got: await alive(target, got) };
    },
    {
      wrong: { status: 401, error: 'invalid_client' },
      unknown: fine,
      got: { access: true, refresh: true },
    },
  ],
];
