import { AppError, invalidField } from '../errors/error.ts';
import type { Caller } from '../model/caller.ts';
import { isTooLarge } from '../outbound/failure.ts';
import { type InUse, using } from './use.ts';

export type ProxyRequest = {
  method: string;
  path: string;
  /** As sent, without `?`. */
  query: string;
  headers: Record<string, string | undefined>;
  body: Buffer;
};
export type ProxyAnswer = { status: number; headers: Record<string, string>; body: Uint8Array };

const mostBytes = 4 * 1024 * 1024;
/** What may travel on; credentials, cookies and the caller's own token never do. */
const toProvider = [
  'accept',
  'accept-language',
  'content-type',
  'if-match',
  'if-none-match',
  'if-modified-since',
  'prefer',
];
const toCaller = ['content-type', 'content-language', 'etag', 'last-modified', 'link', 'retry-after'];

const pick = (
  names: readonly string[],
  read: (name: string) => string | null | undefined,
): Record<string, string> =>
  Object.fromEntries(names.flatMap((name) => (read(name) ? [[name, String(read(name))]] : [])));

/** The path, each segment encoded again: the gateway decoded it, and none may leave the provider's API. */
const safePath = (path: string): string => {
  const segments = path.split('/');
  if (segments.some((segment) => /^\.{0,2}$/.test(segment) || /[\p{Cc}\p{Cs}\\]/u.test(segment)))
    throw invalidField('path', 'must be a plain path of the provider’s API');
  return segments.map(encodeURIComponent).join('/');
};

/** The secrets a provider was sent, alone and as the header has them. Names and addresses are none. */
const secretsOf = (
  { manifest, session }: InUse,
  { authorization = '' }: Record<string, string>,
): string[] => {
  const open = new Set(
    manifest.auth.flatMap(({ fields }) =>
      fields.filter(({ type }) => type === 'text' || type === 'email').map(({ name }) => name),
    ),
  );
  const secrets = Object.entries(session.credentials).flatMap(([name, value]) =>
    open.has(name) ? [] : [value],
  );
  return [...secrets, authorization.split(' ').at(-1) ?? ''].filter(({ length }) => length >= 8);
};

/** Whoever may use stored credentials may not read them, so an answer that quotes them is withheld. */
const refuseQuoted = (secrets: readonly string[], { headers, body }: ProxyAnswer): void => {
  const parts = [Buffer.from(JSON.stringify(headers)), Buffer.from(body)];
  const forms = secrets.flatMap((secret) => [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
  ]);
  if (parts.some((part) => forms.some((form) => part.includes(form))))
    throw new AppError('provider_error', 'The answer quotes the stored credentials and is withheld.');
};

const tooLarge = (): AppError =>
  new AppError('payload_too_large', 'The provider answered with more than 4 MB.');

/** Calls any path of the provider's API; its own answer comes back, whatever it says, with safe headers only. */
export const proxyTo = async (caller: Caller, id: string, request: ProxyRequest): Promise<ProxyAnswer> => {
  const path = safePath(request.path);
  try {
    return await using(
      caller,
      id,
      () => {},
      (use) =>
        use.session.call(async (fetch) => {
          const { base, headers } = use.adapter.proxy(use.session);
          const response = await fetch(`${base}/${path}${request.query ? `?${request.query}` : ''}`, {
            method: request.method,
            headers: { ...pick(toProvider, (name) => request.headers[name]), ...headers },
            ...(request.body.length > 0 && { body: new Uint8Array(request.body) }),
          });
          if (response.status === 401) throw new Error('The provider rejects the credentials.');
          const body = new Uint8Array(await response.arrayBuffer());
          if (body.length > mostBytes) throw tooLarge();
          const answer = {
            status: response.status,
            headers: pick(toCaller, (name) => response.headers.get(name)),
            body,
          };
          refuseQuoted(secretsOf(use, headers), answer);
          return answer;
        }),
    );
  } catch (error) {
    if (isTooLarge(error)) throw tooLarge();
    throw error;
  }
};
