import { randomBytes } from 'node:crypto';
import { closeSync, fstatSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';

/** Every secret a test makes begins with this, so that one search finds them all; so long that no random text holds it. */
const mark = 'canary-';

/** Of so many characters that eight in a row are in no other text by chance, however much is stored. */
const letters = (bytes: number): string => randomBytes(bytes).toString('base64url').replaceAll(/[-_]/g, 'x');

export const plantedSecret = (label = 'secret'): string => `${mark}${label}-${letters(18)}`;

/** One with characters among its letters that texts escape, so that it looks different in each. */
export const awkwardSecret = (label = 'secret'): string => {
  const groups = letters(27).match(/.{4}/g) ?? [];
  return `${mark}${label}-${groups.map((some, index) => `${some}${'"\\%&<+/='[index % 8]}`).join('')}`;
};

const each = (text: string, write: (byte: string) => string): string =>
  (Buffer.from(text).toString('hex').match(/../g) ?? []).map(write).join('');

/** As base64 has it in the middle of a longer text, at any of three places; its edges depend on the neighbours. */
const inBase64 = (text: string, encoding: 'base64' | 'base64url'): string[] =>
  [0, 1, 2].map((shift) => {
    const encoded = Buffer.from('\0'.repeat(shift) + text)
      .toString(encoding)
      .replace(/=+$/, '');
    const whole = (shift + Buffer.byteLength(text)) % 3 === 0;
    return encoded.slice(shift === 0 ? 0 : shift + 1, whole ? undefined : -1);
  });

const jsonEscaped = (text: string): string => JSON.stringify(text).slice(1, -1);

/** The ways in which a secret may stand in a text. */
export const encodings: Readonly<Record<string, (secret: string) => string[]>> = {
  'in clear': (secret) => [secret],
  'in base64': (secret) => [...inBase64(secret, 'base64'), ...inBase64(secret, 'base64url')],
  'in hexadecimal': (secret) => [each(secret, (byte) => byte), each(secret, (byte) => byte.toUpperCase())],
  'encoded for a URL': (secret) => [
    encodeURIComponent(secret),
    new URLSearchParams({ '': secret }).toString().slice(1),
    each(secret, (byte) => `%${byte}`),
    each(secret, (byte) => `%${byte.toUpperCase()}`),
  ],
  'escaped for JSON': (secret) => [
    jsonEscaped(secret),
    jsonEscaped(jsonEscaped(secret)),
    each(secret, (byte) => `\\u00${byte}`),
    jsonEscaped(secret).replaceAll('/', '\\/'),
    jsonEscaped(secret).replaceAll('-', '\\u002d').replaceAll('<', '\\u003c').replaceAll('&', '\\u0026'),
  ],
  'escaped for HTML': (secret) => [
    secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;'),
    each(secret, (byte) => `&#${Number.parseInt(byte, 16)};`),
  ],
  'in UTF-16': (secret) => [Buffer.from(secret, 'utf16le').toString('latin1').slice(0, -1)],
};

/** The mark in every encoding: what is begun by it is found whatever follows. */
export const forms: readonly string[] = [
  ...new Set(Object.values(encodings).flatMap((encoded) => encoded(mark))),
];

/** The forms in which a text holds a planted secret; none where it is clean. */
export const secretForms = (text: string): string[] => forms.filter((form) => text.includes(form));

/** About eight characters of the secret at a time: sixteen in a row always hold such a block whole. */
const blocksOf = (secret: string, encoded: (secret: string) => string[]): string[] =>
  encoded(secret).flatMap((whole) => {
    const size = Math.max(8, Math.round((8 * whole.length) / secret.length));
    return Array.from({ length: Math.floor(whole.length / size) }, (_, index) =>
      whole.slice(index * size, (index + 1) * size),
    );
  });

/** How a text holds one of these secrets, or a good part of one. */
export const leaksOf = (text: string, secrets: readonly string[]): string[] =>
  Object.entries(encodings).flatMap(([name, encoded]) =>
    secrets.some((secret) => blocksOf(secret, encoded).some((block) => text.includes(block))) ? [name] : [],
  );

/** Stand-ins are the provider's side: they know the secrets. The other two hold keys of the local cloud. */
const ofOthers = ['standins', 'kms.json', 'issuer.json'];

/** Every file under a data directory that is ours to keep clean. */
const pathsIn = (directory: string): { name: string; path: string }[] =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ path, name: path.slice(directory.length + 1) }))
    .filter(({ name }) => !ofOthers.includes(name.split('/')[0] ?? ''));

/** The same with their text, of one character a byte. */
export const filesIn = (directory: string): { name: string; text: string }[] =>
  pathsIn(directory).map(({ name, path }) => ({ name, text: readFileSync(path).toString('latin1') }));

const longestForm = Math.max(...forms.map(({ length }) => length));

/** A file as text in parts, as no text can be as long as the log of a week; what lies across an edge is in the later part. */
function* partsOf(path: string, size = 64 * 1024 * 1024): Generator<string> {
  const file = openSync(path, 'r');
  try {
    const buffer = Buffer.alloc(Math.min(size, fstatSync(file).size + 1));
    let before = '';
    for (let length = readSync(file, buffer); length > 0; length = readSync(file, buffer)) {
      const part = before + buffer.toString('latin1', 0, length);
      yield part;
      before = part.slice(-longestForm);
    }
  } finally {
    closeSync(file);
  }
}

/** Every file under a data directory that holds a planted secret, with the form it was found in. */
export const secretsIn = (directory: string, size?: number): string[] =>
  pathsIn(directory).flatMap(({ name, path }) => {
    const found = new Set<string>();
    for (const part of partsOf(path, size)) for (const form of secretForms(part)) found.add(form);
    return [...found].map((form) => `${name}: ${form}`);
  });
