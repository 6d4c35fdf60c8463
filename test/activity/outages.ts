import { expect } from 'vitest';
import type { Fault } from '../../infra/local/standins/standin.ts';
import { caller, newId } from '../support/api.ts';
import { inGithub, inJira, inMarch, type Shown } from './people.ts';

/** Ways in which a provider fails, and a person who has something at two of them. */

type Act = Fault['act'];

export const answering = (status: number, headers: Record<string, string> = {}, body: unknown = {}): Act => ({
  kind: 'answer',
  status,
  headers,
  body,
});

export const manyTimes = (act: Act) => ({ times: 99, act });

export const outages: [what: string, act: Act, code: string][] = [
  ['a server error', answering(500), 'provider_error'],
  ['a gateway without its server', answering(503), 'provider_error'],
  ['a connection that is cut', { kind: 'reset' }, 'provider_unreachable'],
  ['an answer that is cut', { kind: 'cut' }, 'provider_unreachable'],
  ['an answer that is no JSON', answering(200, {}, '<html>'), 'provider_error'],
  ['an answer of another shape', answering(200, {}, { surprise: true }), 'provider_error'],
  ['a refusal', answering(403), 'provider_forbidden'],
  ['a limit', answering(429, { 'retry-after': '600' }), 'provider_rate_limited'],
];

/** What GitHub says of its limits, in the words it uses. */
const secondary = { message: 'You have exceeded a secondary rate limit. Please wait a few minutes.' };
const spent = {
  'x-ratelimit-remaining': '0',
  'x-ratelimit-reset': String(Math.floor(Date.now() / 1000) + 900),
};
export const limitsOfGithub: typeof outages = [
  ['a secondary limit told in words alone', answering(403, {}, secondary), 'provider_rate_limited'],
  ['a primary limit told as a refusal', answering(403, spent), 'provider_rate_limited'],
];

export const aPersonAtBoth = async () => {
  const admin = caller();
  const person = newId('person');
  const jira = await inJira(admin, person);
  const github = await inGithub(admin, person);
  const keys = await jira.add({ updated: inMarch }, { updated: inMarch });
  const names = await github.add({ created: inMarch, updated: inMarch, count: 3 });
  return { admin, person, jira, github, keys: keys.toSorted(), names: names.toSorted() };
};
export type PersonAtBoth = Awaited<ReturnType<typeof aPersonAtBoth>>;

type Source = Shown['sources'][number];

/** What an answer says of one source, without its id. */
export const sourceOf = ({ sources }: Shown, { integrationId }: { integrationId: string }) => {
  const found: Partial<Source> = sources.find((one) => one.integrationId === integrationId) ?? {};
  const { integrationId: _, ...source } = found;
  return source;
};

export const someTime: unknown = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
