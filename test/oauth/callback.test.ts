import { describe, expect, inject, it } from 'vitest';
import { type Caller, caller } from '../support/api.ts';
import { answered, begin, cameBack, complete } from '../support/consent.ts';
import { aPerson, type Provider, providers, tokenCalls } from './people.ts';

/** What the public address that providers send browsers to takes, and what not. */

const { url } = inject('cloud');
const callbackOf = (provider: string, query: Record<string, string> | string): string =>
  `${url}/api/v1/oauth/callback/${provider}?${new URLSearchParams(query).toString()}`;

/** The provider's answer with other parameters; null takes one away. */
const changed = (callback: string, changes: Record<string, string | null>): string => {
  const address = new URL(callback);
  for (const [name, value] of Object.entries(changes))
    if (value === null) address.searchParams.delete(name);
    else address.searchParams.set(name, value);
  return address.href;
};

/** A page without any word of the request, that sends nobody anywhere. */
const expectRefused = async (callback: string): Promise<void> => {
  const back = await cameBack(callback);
  expect(back).toMatchObject({ status: 400, page: null });
  expect(back.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(back.headers.get('content-security-policy')).toBe("default-src 'none'");
  expect(back.text).toBe(
    '<!doctype html><meta charset="utf-8"><title>Not valid</title><p>This address is not valid, or not any more.</p>',
  );
};

const anAnswer = async (provider: Provider, admin: Caller = caller()) => {
  const person = await aPerson(provider);
  return { admin, person, callback: await answered(await begin(admin, provider), person) };
};

describe('a callback', () => {
  it.each([
    ['nothing', {}],
    ['no state', { code: 'c' }],
    ['an empty state', { code: 'c', state: '' }],
    ['a state that was never given out', { code: 'c', state: 'A'.repeat(43) }],
    ['a state that is too long', { code: 'c', state: 'A'.repeat(5000) }],
    ['markup', { code: '<script>', state: '"><script>alert(1)</script>', error: '<img src=x>' }],
  ])('with %s is a page that says no more', async (_, query) => {
    await expectRefused(callbackOf('github', query));
  });

  it('with a state that differs in one letter is refused, and the right one still taken', async () => {
    const { callback } = await anAnswer('github');
    const state = new URL(callback).searchParams.get('state') ?? '';

    await expectRefused(changed(callback, { state: `${state.slice(0, -2)}__` }));
    await expectRefused(changed(callback, { state: state.toLowerCase() }));
    await expectRefused(changed(callback, { state: `${state} ` }));

    expect(await cameBack(callback)).toMatchObject({ status: 303 });
  });

  it.each([
    ['neither code nor error', { code: null }],
    ['an empty code', { code: '' }],
    ['a code that is too long', { code: 'c'.repeat(4097) }],
  ])('with %s is refused, and the right one still taken', async (_, changes) => {
    const { callback } = await anAnswer('github');

    await expectRefused(changed(callback, changes));

    expect(await cameBack(callback)).toMatchObject({ status: 303 });
  });
});

describe.each(providers)('the callback of %s', (provider) => {
  it('does not take an answer to what was begun at another provider, whose code then goes nowhere', async () => {
    const { admin, person, callback } = await anAnswer(provider);
    const query = new URL(callback).search.slice(1);

    for (const other of providers.filter((one) => one !== provider))
      await expectRefused(callbackOf(other, query));
    await expectRefused(callbackOf('unknown', query));

    expect(await tokenCalls(provider, person)).toEqual([]);
    expect((await complete(admin, await cameBack(callback))).status).toBe(201);
  });

  it.each([
    'https://attacker.example',
    'https://accounts.google.com.attacker.example',
    'https://accounts.google.com@attacker.example',
    'http://169.254.169.254',
    'null',
    '',
  ])('does not take an answer that names “%s” as who answered', async (iss) => {
    const { person, callback } = await anAnswer(provider);

    await expectRefused(changed(callback, { iss }));

    expect(await tokenCalls(provider, person)).toEqual([]);
    expect(await cameBack(callback)).toMatchObject({ status: 303 });
  });
});

/** The issuers providers name, or may come to name. */
const issuers: Record<string, string> = {
  github: 'https://github.com/login/oauth',
  google_calendar: 'https://accounts.google.com',
  microsoft_outlook: 'https://login.microsoftonline.com/7a3c1e52-0c9d-4f3e-9b55-acde00000001/v2.0',
  jira: 'https://auth.atlassian.com/',
};

describe.each(providers)('%s', (provider) => {
  it('may name itself as who answered', async () => {
    const { admin, callback } = await anAnswer(provider);

    const back = await cameBack(changed(callback, { iss: issuers[provider] ?? '' }));

    expect((await complete(admin, back)).status).toBe(201);
  });
});
