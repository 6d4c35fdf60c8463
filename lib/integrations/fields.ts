import { settings as environment } from '../config/env.ts';
import { hostMatches } from '../connectors/clean.ts';
import type { AuthMethod, Field, Manifest } from '../connectors/connector.ts';
import type { FieldError } from '../errors/error.ts';
import { AppError } from '../errors/error.ts';
import type { AuthKindName } from '../model/integration.ts';
import { isAllowedUrl } from '../outbound/addresses.ts';

export type Given = Record<string, string | null>;
type Part = 'settings' | 'credentials';
export type FieldValues = Record<Part, Record<string, string>>;

export const authMethod = (manifest: Manifest, kind: AuthKindName): AuthMethod => {
  const method = manifest.auth.find((one) => one.kind === kind);
  if (method) return method;
  const kinds = manifest.auth.map((one) => one.kind).join(', ');
  throw new AppError('invalid_request', `${manifest.name} cannot be connected this way.`, {
    errors: [{ path: 'auth', message: kinds ? `must be one of ${kinds}` : 'cannot be connected yet' }],
  });
};

const invalid = (errors: FieldError[]): AppError =>
  new AppError('invalid_request', `${errors[0]?.path} ${errors[0]?.message}.`, { errors });

/** The origin of an address on an allowed host; anything else is `invalid_url`. */
const siteOf = (manifest: Manifest, { name, in: part, hosts }: Field, value: string): string => {
  const text = value.trim();
  const allowed = [...(hosts ?? []), ...(environment().allowedHosts[manifest.id] ?? [])];
  if (isAllowedUrl(text) && hostMatches(new URL(text).hostname, allowed)) return new URL(text).origin;
  throw new AppError('invalid_url', `${part}.${name} must be an https address on ${allowed.join(' or ')}.`, {
    errors: [{ path: `${part}.${name}`, message: `must be an https address on ${allowed.join(' or ')}` }],
  });
};

const complaint = (field: Field, value: string): string | null => {
  if (value.length > field.maxLength) return `must have at most ${field.maxLength} characters`;
  const control = field.type === 'multiline' ? /[^\P{Cc}\n\r\t]|\p{Cs}/u : /[\p{Cc}\p{Cs}]/u;
  // Of an address they make an `invalid_url`, see `siteOf`.
  if (field.type !== 'url' && control.test(value)) return 'must not contain control characters';
  if (field.pattern !== null && !new RegExp(`^(?:${field.pattern})$`, 'u').test(value))
    return 'does not have the expected form';
  return null;
};

export const isBlank = (value: string | null | undefined): boolean => (value ?? '').trim() === '';

const unknownFields = (
  { fields }: AuthMethod,
  given: { settings: Given; credentials: Given },
): FieldError[] =>
  (['settings', 'credentials'] as const).flatMap((part) =>
    Object.keys(given[part])
      .filter((name) => !fields.some((field) => field.in === part && field.name === name))
      .map((name) => ({ path: `${part}.${name}`, message: 'is not a known field' })),
  );

/** Also where they are blank, and so would change nothing. */
export const refuseUnknownFields = (
  method: AuthMethod,
  given: { settings: Given; credentials: Given },
): void => {
  const errors = unknownFields(method, given);
  if (errors.length > 0) throw invalid(errors);
};

/**
 * The values of a provider's form, checked by its manifest: unknown, missing, over-long and malformed
 * fields are named. Blank ones count as absent; addresses become origins.
 */
export const checkFields = (
  manifest: Manifest,
  method: AuthMethod,
  given: { settings: Given; credentials: Given },
): FieldValues => {
  const values: FieldValues = { settings: {}, credentials: {} };
  const errors = unknownFields(method, given);
  for (const field of method.fields) {
    const { in: part, name } = field;
    const value = given[part][name];
    const path = `${part}.${name}`;
    if (isBlank(value)) {
      if (field.required) errors.push({ path, message: 'is required' });
      continue;
    }
    const text = part === 'credentials' && field.type === 'multiline' ? String(value) : String(value).trim();
    const message = complaint(field, text);
    if (message) errors.push({ path, message });
    else values[part][name] = text;
  }
  if (errors.length > 0) throw invalid(errors);
  for (const field of method.fields) {
    const value = values[field.in][field.name];
    if (field.type === 'url' && value !== undefined)
      values[field.in][field.name] = siteOf(manifest, field, value);
  }
  return values;
};

/** What stands, with what was given over it. A blank secret keeps what stands; a setting given blank or as null is removed. */
export const mergeFields = (stands: FieldValues, given: { settings: Given; credentials: Given }) => {
  const filled = (fields: Given) => Object.entries(fields).filter(([, value]) => !isBlank(value));
  const removed = Object.keys(given.settings).filter((name) => isBlank(given.settings[name]));
  const settings = { ...stands.settings, ...Object.fromEntries(filled(given.settings)) };
  for (const name of removed) delete settings[name];
  return {
    settings,
    credentials: { ...stands.credentials, ...Object.fromEntries(filled(given.credentials)) },
  };
};

/** A secret must never follow a changed address: then every required secret has to be given again. */
export const refuseSecretsOnNewSite = (
  method: AuthMethod,
  before: Record<string, string>,
  after: Record<string, string>,
  credentials: Given,
): void => {
  const moved = method.fields.some(
    ({ type, name, in: part }) => type === 'url' && part === 'settings' && before[name] !== after[name],
  );
  if (!moved) return;
  const missing = method.fields.filter(
    ({ in: part, required, name }) => part === 'credentials' && required && isBlank(credentials[name]),
  );
  if (missing.length > 0)
    throw invalid(
      missing.map(({ name }) => ({
        path: `credentials.${name}`,
        message: 'must be given again when the address changes',
      })),
    );
};
