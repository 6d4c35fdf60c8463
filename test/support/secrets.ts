import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Every secret a test makes begins with this, so that one search finds them all. */
const mark = 'cnry-';

export const plantedSecret = (label = 'secret'): string =>
  `${mark}${label}-${randomBytes(12).toString('hex')}`;

/** The mark in each of three alignments of base64, where it starts at any byte. */
const base64Forms = [0, 1, 2].map((shift) =>
  Buffer.from(`${'\0'.repeat(shift)}${mark}`)
    .toString('base64')
    .replace(/=+$/, '')
    .slice(shift === 0 ? 0 : shift + 1, -1),
);

export const forms: readonly string[] = [
  mark,
  mark.replace('-', '%2D'),
  mark.replace('-', '\\u002d'),
  Buffer.from(mark).toString('hex'),
  Buffer.from(mark).toString('hex').toUpperCase(),
  ...base64Forms,
];

/** The forms in which a text holds a planted secret; none where it is clean. */
export const secretForms = (text: string): string[] => forms.filter((form) => text.includes(form));

/** Stand-ins are the provider's side: they know the secrets. The other two hold keys of the local cloud. */
const ofOthers = ['standins', 'kms.json', 'issuer.json'];

/** Every file under a data directory that holds a planted secret, with the form it was found in. */
export const secretsIn = (directory: string): string[] =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !ofOthers.some((name) => file.slice(directory.length).startsWith(`/${name}`)))
    .flatMap((file) =>
      secretForms(readFileSync(file).toString('latin1')).map(
        (form) => `${file.slice(directory.length)}: ${form}`,
      ),
    );
