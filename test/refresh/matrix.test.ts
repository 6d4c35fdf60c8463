import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Case, outcomesOf } from './cases.ts';
import { type Rig, startRig } from './rig.ts';

/** A token endpoint that fails once, at a tenth of the real times; `npm run proof:matrix` prints every case. */

let rig: Rig;
beforeAll(async () => {
  rig = await startRig({ scale: 10, processes: 2 });
});
afterAll(() => rig.stop());

const callers = 5;
const served = { answers: { served: callers }, revoked: 0, state: 'healthy', cause: null };
const again = { ...served, tokenCalls: 2, spentTwice: 0 };
const lost = { tokenCalls: 2, spentTwice: 1 };

const expected: [Omit<Case, 'callers'>, object][] = [
  [
    { kind: 'none', endpoint: '25 s' },
    { ...served, tokenCalls: 1, spentTwice: 0 },
  ],
  [{ kind: 'grace', endpoint: '500' }, again],
  [{ kind: 'none', endpoint: '500' }, again],
  [{ kind: 'none', endpoint: '429' }, again],
  [{ kind: 'none', endpoint: 'time-out' }, again],
  [{ kind: 'none', endpoint: 'reset' }, again],
  [{ kind: 'none', endpoint: 'garbage' }, again],
  [{ kind: 'grace', endpoint: '200 without token' }, again],
  [
    { kind: 'grace', endpoint: 'answer lost after rotation' },
    { ...served, ...lost },
  ],
  [
    { kind: 'none', endpoint: 'answer lost after rotation' },
    {
      ...lost,
      answers: { needs_reauth: callers },
      revoked: 1,
      state: 'needs_reauth',
      cause: 'lost_after_rotation',
    },
  ],
];

it('costs nobody the connection, but where the answer was lost and there is no grace', async () => {
  const outcomes = await outcomesOf(
    rig,
    expected.map(([one]) => ({ ...one, callers })),
  );

  expect(outcomes).toEqual(expected.map(([, outcome]) => ({ withoutRetryAfter: 0, ...outcome })));
}, 180_000);
