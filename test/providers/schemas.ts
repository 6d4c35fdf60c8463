import { caller } from '../support/api.ts';

/** The parts of a provider's page that a form is made of. */
export type Field = {
  name: string;
  in: 'settings' | 'credentials';
  label: string;
  help: string;
  type: string;
  secret: boolean;
  required: boolean;
  pattern: string | null;
  maxLength: number;
};
type Guide = {
  prerequisites: string[];
  steps: string[];
  scopes: { scope: string; purpose: string }[];
  troubleshooting: { problem: string; remedy: string }[];
};
export type Schema = {
  id: string;
  name: string;
  scopes: string[];
  entities: { type: string; searchable: boolean }[];
  auth: { kind: string; fields: Field[]; guide: Guide }[];
  guide: Guide;
};

/** Every provider that can be connected, as `GET /providers/{provider}` describes it. */
export const availableProviders = async (): Promise<Schema[]> => {
  const reader = caller();
  const { body } = await reader.get('/integrations/available?status=available');
  const pages = (body.providers as { id: string }[]).map(({ id }) => reader.get(`/providers/${id}`));
  return (await Promise.all(pages)).map((page) => page.body.provider as Schema);
};

/** Each way to connect each of them, by consent or with what is typed into a form. */
const ways = async () =>
  (await availableProviders()).flatMap((provider) =>
    provider.auth.map(({ kind, fields, guide }) => ({ provider, id: provider.id, kind, fields, guide })),
  );
export const waysToConnect = async () => (await ways()).filter(({ kind }) => kind !== 'oauth2');
export const waysToConsent = async () => (await ways()).filter(({ kind }) => kind === 'oauth2');
