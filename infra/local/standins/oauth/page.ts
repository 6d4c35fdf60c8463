import type { StandinAnswer } from '../standin.ts';
import type { Way } from './authorize.ts';
import type { Asked, AuthServer } from './server.ts';
import type { ErrorShape } from './types.ts';

/** The pages people see: plain HTML without scripts. */

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;');

const page = (status: number, title: string, content: string): StandinAnswer => ({
  status,
  headers: {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
  },
  body: `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escaped(title)}</title>
<style>body{font:16px/1.5 system-ui;max-width:36rem;margin:3rem auto;padding:0 1rem}label{display:block}</style>
<h1>${escaped(title)}</h1>
${content}
</html>
`,
});

type Option = { id: string; label: string };

const inputs = (type: 'radio' | 'checkbox', name: string, options: Option[], on: (at: number) => boolean) =>
  options
    .map(({ id, label }, index) => {
      const field = `type="${type}" name="${name}" value="${escaped(id)}"${on(index) ? ' checked' : ''}`;
      return `<label><input ${field}> ${escaped(label)}</label>`;
    })
    .join('\n');

const group = (legend: string, content: string): string =>
  content === '' ? '' : `<fieldset><legend>${legend}</legend>\n${content}\n</fieldset>`;

/** Posts back to its own address, whose query still holds the request. */
export const consentPage = (server: AuthServer, { client, scopes }: Asked): StandinAnswer => {
  const accounts = server.accounts();
  const resources = new Map<string, Option>();
  for (const account of accounts) {
    for (const resource of server.resources?.(account) ?? []) resources.set(resource.id, resource);
  }
  const asScope = (scope: string): Option => ({ id: scope, label: scope });
  return page(
    200,
    `${client.id} asks for access`,
    `<form method="post">
${group(
  'Account',
  inputs('radio', 'standin_user', accounts, (at) => at === 0),
)}
${group(
  'Where',
  inputs('checkbox', 'standin_resources', [...resources.values()], () => true),
)}
${group(
  'It may',
  inputs('checkbox', 'standin_scopes', scopes.map(asScope), () => true),
)}
<p><button name="decision" value="allow">Allow</button> <button name="decision" value="deny">Deny</button></p>
</form>`,
  );
};

export const errorPage = ({ status, error, description }: ErrorShape): StandinAnswer =>
  page(status, 'This request cannot be served', `<p>${escaped(error)}: ${escaped(description ?? '')}</p>`);

const formPost = (uri: string, fields: URLSearchParams): StandinAnswer =>
  page(
    200,
    'Back to the app',
    `<form method="post" action="${escaped(uri)}">
${[...fields].map(([name, value]) => `<input type="hidden" name="${escaped(name)}" value="${escaped(value)}">`).join('\n')}
<button>Continue</button>
</form>`,
  );

/** Sends the browser back to the client with an answer (RFC 6749, 4.1.2; RFC 9207 for `iss`). */
export const sendBack = (server: AuthServer, way: Way, answer: Record<string, string>): StandinAnswer => {
  const fields = new URLSearchParams(answer);
  if (way.state !== undefined) fields.set('state', way.state);
  if (server.issuer !== undefined) fields.set('iss', server.issuer);
  if (way.mode === 'form_post') return formPost(way.uri, fields);
  const url = new URL(way.uri);
  if (way.mode === 'fragment') url.hash = fields.toString();
  else for (const [name, value] of fields) url.searchParams.append(name, value);
  return { status: 302, headers: { location: url.href, 'cache-control': 'no-store' } };
};
