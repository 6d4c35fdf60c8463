import { describe, expect, it } from 'vitest';
import type { Field, Manifest } from '../../lib/connectors/connector.ts';
import { manifest as jira } from '../../lib/connectors/jira/manifest.ts';
import { allManifests } from '../../lib/connectors/registry.ts';
import { problemsOf } from './lint.ts';

const manifests = await allManifests();

describe('manifests', () => {
  it.each(manifests.map((manifest) => [manifest.id, manifest] as const))(
    '%s has no problem',
    (_, manifest) => {
      expect(problemsOf(manifest)).toEqual([]);
    },
  );

  it('have ids of their own', () => {
    const ids = manifests.map(({ id }) => id);

    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual(
      expect.arrayContaining([
        'jira',
        'github',
        'google_calendar',
        'microsoft_outlook',
        'slack',
        'microsoft_teams',
        'trello',
        'asana',
        'gitlab',
        'quickbooks',
        'xero',
        'google_drive',
        'notion',
        'zapier',
      ]),
    );
  });
});

const [method] = jira.auth;
if (!method) throw new Error('Jira has a way to connect.');
const withField = (change: Partial<Field>): Partial<Manifest> => ({
  auth: [
    {
      ...method,
      fields: method.fields.map((field, index) => (index === 2 ? { ...field, ...change } : field)),
    },
  ],
});
const withGuide = (change: object): Partial<Manifest> => ({
  auth: [{ ...method, guide: { ...method.guide, ...change } }],
});

describe('the linter finds', () => {
  const broken: [string, Partial<Manifest>, string][] = [
    ['an origin that is not https', { origins: ['http://api.example.com'] }, 'not an https origin'],
    ['an origin with a path', { origins: ['https://api.example.com/v1'] }, 'not an https origin'],
    ['no way to connect', { auth: [] }, 'needs a way to connect'],
    ['no scopes', { scopes: [] }, 'scopes is empty'],
    ['a reason where none is due', { statusReason: 'because' }, 'statusReason'],
    ['a guide without steps', withGuide({ steps: [] }), 'no steps'],
    ['a guide without troubleshooting', withGuide({ troubleshooting: [] }), 'no troubleshooting'],
    ['a scope without a purpose', withGuide({ scopes: [{ scope: 'x', purpose: '' }] }), 'without a purpose'],
    ['a pattern that does not compile', withField({ pattern: '(' }), 'does not compile'],
    ['a secret among the settings', withField({ in: 'settings', type: 'text' }), 'sounds like a secret'],
    ['a password among the settings', withField({ in: 'settings' }), 'belongs in credentials'],
    ['a field without help', withField({ help: '' }), 'label and help'],
    ['an address without hosts', withField({ type: 'url' }), 'needs hosts'],
    ['a field twice', withField({ name: 'username' }), 'there twice'],
    ['no entity', { entities: [] }, 'needs an entity'],
    ['a malformed link host', { linkHosts: ['https://x.example.com'] }, 'malformed'],
  ];
  it.each(broken)('%s', (_, change, sentence) => {
    expect(problemsOf({ ...jira, ...change }).join('\n')).toContain(sentence);
  });
});
