import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../support/cloud.ts';
import {
  awkwardSecret,
  encodings,
  leaksOf,
  plantedSecret,
  secretForms,
  secretsIn,
} from '../support/secrets.ts';

/** The searches that other tests rely on must find what they search for, however it is written. */

const secret = awkwardSecret('control');
const around = (text: string): string => `{"a":1} ${text} and what follows`;
const json = (value: unknown): string => JSON.stringify(value);
const basic = (text: string): string => Buffer.from(text).toString('base64');

const written: readonly [string, string, string][] = [
  ['a message', 'in clear', `the token ${secret} was refused`],
  ['JSON', 'escaped for JSON', json({ token: secret })],
  ['JSON in JSON', 'escaped for JSON', json({ body: json({ token: secret }) })],
  ['JSON of another language', 'escaped for JSON', json(secret).replaceAll('/', '\\/')],
  ['a query', 'encoded for a URL', `https://x.example/?t=${encodeURIComponent(secret)}&u=1`],
  ['a form', 'encoded for a URL', new URLSearchParams({ token: secret, more: '1' }).toString()],
  [
    'a page',
    'escaped for HTML',
    secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;'),
  ],
  ['a dump of bytes', 'in hexadecimal', around(Buffer.from(`x${secret}y`).toString('hex'))],
  ['another dump of bytes', 'in hexadecimal', Buffer.from(secret).toString('hex').toUpperCase()],
  ['UTF-16', 'in UTF-16', Buffer.from(around(secret), 'utf16le').toString('latin1')],
  ...['', 'u', 'us', 'user:', 'admin@acme.example:'].map((before): [string, string, string] => [
    `base64 behind ${before.length} letters`,
    'in base64',
    `Basic ${basic(before + secret)}`,
  ]),
  [
    'base64 with more behind it',
    'in base64',
    basic(`{"token":${json(secret).slice(0, 1)}${secret} and more`),
  ],
  ['base64 for URLs', 'in base64', Buffer.from(`ab${secret}c`).toString('base64url')],
];

describe('the search for secrets', () => {
  it.each(written)('finds one in %s (%s)', (_, encoding, text) => {
    expect(leaksOf(text, [secret])).toContain(encoding);
    expect(leaksOf(text, [awkwardSecret('other')])).toEqual([]);
  });

  it.each(written)('finds the mark of one in %s (%s)', (_, _encoding, text) => {
    expect(secretForms(text)).not.toEqual([]);
  });

  it('knows each of its encodings by a case above', () => {
    expect(new Set(written.map(([, encoding]) => encoding))).toEqual(new Set(Object.keys(encodings)));
  });

  it('finds any sixteen characters in a row', () => {
    for (let start = 0; start + 16 <= secret.length; start += 1)
      expect(leaksOf(around(secret.slice(start, start + 16)), [secret]), String(start)).toContain('in clear');
  });

  it('finds nothing in what holds none', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 200, maxLength: 2000 }), (bytes) => {
        const text = Buffer.from(bytes).toString('latin1');
        expect(leaksOf(text, [secret, plantedSecret()])).toEqual([]);
        expect(leaksOf(Buffer.from(bytes).toString('base64'), [secret])).toEqual([]);
      }),
    );
  });

  it('reads every file of a data directory but what is the provider’s side and the cloud’s own keys', () => {
    const directory = temporaryDirectory();
    for (const folder of ['queues', 'standins']) mkdirSync(join(directory, folder));
    for (const name of [
      'table.db',
      'queues/a.db',
      'functions.log',
      'standins/jira.json',
      'kms.json',
      'issuer.json',
    ])
      writeFileSync(join(directory, name), Buffer.from(`\0\xff${plantedSecret()}\0`, 'latin1'));

    const found = secretsIn(directory);
    rmSync(directory, { recursive: true });

    expect(found.map((text) => text.split(':')[0]).toSorted((a = '', b = '') => a.localeCompare(b))).toEqual([
      'functions.log',
      'queues/a.db',
      'table.db',
    ]);
  });

  it('finds a secret that lies across the edge of two parts of a file', () => {
    const directory = temporaryDirectory();
    const text = `some words before it, ${plantedSecret()}`;
    writeFileSync(join(directory, 'functions.log'), text);

    const found = Array.from({ length: text.length }, (_, size) => secretsIn(directory, size + 1).length);
    rmSync(directory, { recursive: true });

    expect(found).toEqual(found.map(() => 1));
  });
});
