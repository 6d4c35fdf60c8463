import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { clientOf, type Got, type Outcome, type Target } from './oauth-certified.ts';

/** What a client may do to an authorization server, step by step, and what must come of it. */

export const bare = ({ status, error }: Outcome): Outcome => ({ status, error });
export const fine: Outcome = { status: 200, error: null };
export const invalidGrant: Outcome = { status: 400, error: 'invalid_grant' };

/** Which of a pair still works; finding out spends the refresh token. */
export const alive = async (target: Target, { access, refresh }: Got) => ({
  access: await target.works(access),
  refresh: (await clientOf(target).refresh(refresh)).status === 200,
});

export const connect = async (target: Target): Promise<Got> => {
  const client = clientOf(target);
  const { verifier, back } = await client.ask();
  const got = await client.redeem(back, verifier);
  expect(bare(got)).toEqual(fine);
  expect(await target.works(got.access)).toBe(true);
  return got;
};

type Steps = (target: Target) => Promise<unknown>;
export type Scenario = [name: string, steps: Steps, outcome: unknown];

export const codeScenarios: Scenario[] = [
  ['the whole flow', async (target) => alive(target, await connect(target)), { access: true, refresh: true }],
  [
    'a code used twice ends what came of it',
    async (target) => {
      const client = clientOf(target);
      const { verifier, back } = await client.ask();
      const first = await client.redeem(back, verifier);
      const again = await client.redeem(back, verifier);
      return { again: bare(again), first: await alive(target, first) };
    },
    { again: invalidGrant, first: { access: false, refresh: false } },
  ],
  [
    'a wrong verifier, and then the right one',
    async (target) => {
      const client = clientOf(target);
      const { verifier, back } = await client.ask();
      const wrong = await client.redeem(back, `${verifier.slice(0, -3)}xyz`);
      return { wrong: bare(wrong), right: bare(await client.redeem(back, verifier)) };
    },
    { wrong: invalidGrant, right: fine },
  ],
  [
    'a used code with a wrong verifier ends nothing',
    async (target) => {
      const client = clientOf(target);
      const { verifier, back } = await client.ask();
      const first = await client.redeem(back, verifier);
      const again = await client.redeem(back, `${verifier.slice(0, -3)}xyz`);
      return { again: bare(again), first: await alive(target, first) };
    },
    { again: invalidGrant, first: { access: true, refresh: true } },
  ],
  [
    'no challenge where one is required',
    async (target) => {
      const { back } = await clientOf(target).ask({ code_challenge: '', code_challenge_method: '' });
      return back instanceof URL && back.searchParams.get('error');
    },
    'invalid_request',
  ],
  [
    'a plain challenge where S256 is the only one',
    async (target) => {
      const { back } = await clientOf(target).ask({ code_challenge_method: 'plain' });
      return back instanceof URL && back.searchParams.get('error');
    },
    'invalid_request',
  ],
  [
    'another response_type',
    async (target) => {
      const { back } = await clientOf(target).ask({ response_type: 'magic' });
      return back instanceof URL && [back.searchParams.get('error'), back.searchParams.get('state')];
    },
    ['unsupported_response_type', 'the-state'],
  ],
  [
    'an address that is not registered',
    async (target) => (await clientOf(target).ask({ redirect_uri: 'https://evil.example/' })).back,
    400,
  ],
  ['an unknown client', async (target) => (await clientOf(target, 'nobody').ask()).back, 400],
  [
    'another address at the token endpoint, and then the right one',
    async (target) => {
      const client = clientOf(target);
      const { verifier, back } = await client.ask();
      const wrong = await client.redeem(back, verifier, 'https://app.example/elsewhere');
      return { wrong: bare(wrong), right: bare(await client.redeem(back, verifier)) };
    },
    { wrong: invalidGrant, right: fine },
  ],
  [
    'a wrong client secret',
    async (target) => {
      const { verifier, back } = await clientOf(target).ask();
      const wrong = await clientOf(target, 'app', 'not-the-secret').redeem(back, verifier);
      return { wrong: bare(wrong), right: bare(await clientOf(target).redeem(back, verifier)) };
    },
    { wrong: { status: 401, error: 'invalid_client' }, right: fine },
  ],
  [
    'a code and a refresh token of another client',
    async (target) => {
      const { verifier, back } = await clientOf(target).ask();
      const code = await clientOf(target, 'other').redeem(back, verifier);
      const got = await connect(target);
      const token = await clientOf(target, 'other').refresh(got.refresh);
      return { code: bare(code), token: bare(token), got: await alive(target, got) };
    },
    { code: invalidGrant, token: invalidGrant, got: { access: true, refresh: true } },
  ],
  [
    'an expired code',
    async (target) => {
      const client = clientOf(target, 'quick');
      const { verifier, back } = await client.ask();
      await sleep(2100);
      return bare(await client.redeem(back, verifier));
    },
    invalidGrant,
  ],
];
