import type { AuthMethod, Manifest } from '../connectors/connector.ts';
import { findManifest } from '../connectors/registry.ts';
import { environmentSecret } from '../environment/secrets.ts';
import { AppError } from '../errors/error.ts';
import { authMethod, checkFields, type FieldValues } from '../integrations/fields.ts';
import { type LegacyCredential, needsPassphrase, openedFields } from './rows.ts';

/** What the old app's secrets are opened with; '' where none of these is encrypted. */
export const passphraseFor = async (credentials: readonly LegacyCredential[]): Promise<string> => {
  if (!needsPassphrase(credentials)) return '';
  const passphrase = await environmentSecret('legacy_passphrase');
  if (passphrase === null)
    throw new AppError('conflict', 'The legacy passphrase of this environment is not set.');
  return passphrase;
};

/** What a legacy credential would connect with, checked as if it were typed in. */
export const checked = async (
  { provider, auth, fields }: LegacyCredential,
  passphrase: string,
): Promise<{ manifest: Manifest; method: AuthMethod; values: FieldValues }> => {
  const manifest = await findManifest(provider);
  if (manifest?.status !== 'available')
    throw new AppError('provider_not_available', 'This provider cannot be connected.');
  const method = authMethod(manifest, auth);
  const opened = openedFields(fields, passphrase);
  const of = (part: 'settings' | 'credentials') =>
    Object.fromEntries(
      method.fields.filter((field) => field.in === part).map(({ name }) => [name, opened[name] ?? null]),
    );
  return {
    manifest,
    method,
    values: checkFields(manifest, method, { settings: of('settings'), credentials: of('credentials') }),
  };
};
