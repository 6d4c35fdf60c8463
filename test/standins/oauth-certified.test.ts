import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCertified, openStandin, type Target } from './oauth-certified.ts';
import { codeScenarios } from './oauth-scenarios.ts';
import { tokenScenarios } from './oauth-token-scenarios.ts';

/** The same steps against the certified `oidc-provider` and against ours must come out alike. */

let certified: Target;
let ours: Target;
beforeAll(async () => {
  [certified, ours] = await Promise.all([openCertified(), openStandin()]);
});
afterAll(() => Promise.all([certified.stop(), ours.stop()]));

describe('the stand-in and the certified server', () => {
  it.each([...codeScenarios, ...tokenScenarios])('%s', async (_name, steps, outcome) => {
    const reference = await steps(certified);
    expect(await steps(ours)).toEqual(reference);
    expect(reference).toEqual(outcome);
  });
});
