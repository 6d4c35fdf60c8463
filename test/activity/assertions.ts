import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
  sign,
} from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inject } from 'vitest';

/** Assertions as the app would sign them, and as nobody should. */

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** The key of the local environment's app. */
const appKey = (): KeyObject => {
  const stored = JSON.parse(readFileSync(join(inject('cloud').data, 'issuer.json'), 'utf8')) as {
    assertion: JsonWebKey;
  };
  return createPrivateKey({ key: stored.assertion, format: 'jwk' });
};

export const inSeconds = (seconds: number): number => Math.floor(Date.now() / 1000) + seconds;

export const strangersKey = (): KeyObject => generateKeyPairSync('ed25519').privateKey;

export const signed = (
  claims: unknown,
  { header = { alg: 'EdDSA' }, key = appKey() }: { header?: unknown; key?: KeyObject } = {},
): string => {
  const text = `${part(header)}.${part(claims)}`;
  return `${text}.${sign(null, Buffer.from(text), key).toString('base64url')}`;
};

/** Signed with what everybody may know, as a library would that lets the header choose the algorithm. */
export const signedWithPublicKey = (claims: unknown): string => {
  const text = `${part({ alg: 'HS256' })}.${part(claims)}`;
  const { x = '' } = createPublicKey(appKey()).export({ format: 'jwk' });
  const secret = Buffer.from(x, 'base64url');
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
};

/** The same signature under other claims. */
export const tampered = (assertion: string, claims: unknown): string => {
  const [header, , signature] = assertion.split('.');
  return `${header}.${part(claims)}.${signature}`;
};

/** Said to need no signature, with one that is not empty and with none. */
export const unsigned = (claims: unknown, signature: string): string =>
  `${part({ alg: 'none' })}.${part(claims)}.${signature}`;

export const asserting = (assertion: string): Record<string, string> => ({
  'x-manageros-assertion': assertion,
});
