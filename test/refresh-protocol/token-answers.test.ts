import { describe, expect, it } from 'vitest';
import { manifest as github } from '../../lib/connectors/github/manifest.ts';
import { manifest as google } from '../../lib/connectors/google_calendar/manifest.ts';
import { manifest as jira } from '../../lib/connectors/jira/manifest.ts';
import { manifest as outlook } from '../../lib/connectors/microsoft_outlook/manifest.ts';
import { readTokenAnswer, secondsOf } from '../../lib/connectors/token-answer.ts';

/** What the answers of token endpoints are taken for. */

it.each<[unknown, number | null]>([
  [3600, 3600],
  ['3600', 3600],
  [' 3600 ', 3600],
  ['3600.5', 3600.5],
  [0.5, 0.5],
  [undefined, null],
  [null, null],
  ['', null],
  ['soon', null],
  ['NaN', null],
  ['1e9', null],
  ['0x10', null],
  ['-1', null],
  [0, null],
  ['0', null],
  [-3600, null],
  [Number.NaN, null],
  [Number.POSITIVE_INFINITY, null],
  [true, null],
  [[3600], null],
  [{ seconds: 3600 }, null],
  [90 * 86_400, 90 * 86_400],
  [90 * 86_400 + 1, 90 * 86_400],
  [1e15, 90 * 86_400],
  ['99999999999999999999', 90 * 86_400],
])('an expires_in of %j is %s seconds', (given, seconds) => {
  expect(secondsOf(given)).toBe(seconds);
});

describe('an answer of a token endpoint', () => {
  const manifests = { jira, github, google, outlook };
  const kindOf = (provider: keyof typeof manifests, status: number, body: unknown): string => {
    const facts = manifests[provider].oauth?.refresh ?? { dead: [], ours: [] };
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return readTokenAnswer({ status, headers: new Headers(), text }, facts).kind;
  };
  const error = (name: string) => ({ error: name });

  it.each<[keyof typeof manifests, number, unknown, string]>([
    ['jira', 200, { access_token: 'a' }, 'tokens'],
    ['jira', 200, {}, 'unknown'],
    ['jira', 200, { access_token: '' }, 'unknown'],
    ['jira', 200, { access_token: 5 }, 'unknown'],
    ['jira', 200, '<html>', 'unknown'],
    ['jira', 200, '', 'unknown'],
    ['jira', 200, 'null', 'unknown'],
    ['jira', 204, '', 'unknown'],
    ['jira', 302, '', 'unknown'],
    ['jira', 403, error('invalid_grant'), 'dead'],
    ['jira', 403, error('unauthorized_client'), 'dead'],
    ['jira', 403, '', 'dead'],
    ['jira', 401, error('access_denied'), 'ours'],
    ['jira', 400, error('invalid_client'), 'ours'],
    ['github', 200, error('bad_refresh_token'), 'dead'],
    ['github', 200, error('incorrect_client_credentials'), 'ours'],
    ['github', 200, { access_token: 'a', error: 'bad_refresh_token' }, 'dead'],
    ['google', 400, error('invalid_grant'), 'dead'],
    ['google', 401, error('invalid_client'), 'ours'],
    ['google', 401, error('unauthorized_client'), 'ours'],
    ['google', 400, error('invalid_request'), 'ours'],
    ['google', 400, error('server_error'), 'unknown'],
    ['google', 400, error('temporarily_unavailable'), 'unknown'],
    ['google', 400, '', 'unknown'],
    ['google', 404, 'not found', 'unknown'],
    ['outlook', 400, error('invalid_grant'), 'dead'],
    ['outlook', 429, error('invalid_grant'), 'refused'],
    ['outlook', 500, error('invalid_grant'), 'unknown'],
    ['outlook', 502, error('invalid_client'), 'unknown'],
    ['outlook', 503, '', 'unknown'],
  ])('of %s, %i with %j, is %s', (provider, status, body, kind) => {
    expect(kindOf(provider, status, body)).toBe(kind);
  });

  it('gives its tokens, times and scopes, and null for what it does not say', () => {
    const read = (body: object) =>
      readTokenAnswer(
        { status: 200, headers: new Headers(), text: JSON.stringify(body) },
        { dead: [], ours: [] },
      );

    expect(
      read({
        access_token: 'a',
        refresh_token: 'r',
        expires_in: '60',
        refresh_token_expires_in: 90,
        scope: 'x, y z',
      }),
    ).toEqual({
      kind: 'tokens',
      tokens: {
        accessToken: 'a',
        refreshToken: 'r',
        expiresIn: 60,
        refreshExpiresIn: 90,
        scopes: ['x', 'y', 'z'],
      },
    });
    expect(read({ access_token: 'a', refresh_token: '' })).toEqual({
      kind: 'tokens',
      tokens: { accessToken: 'a', refreshToken: null, expiresIn: null, refreshExpiresIn: null, scopes: null },
    });
  });
});
