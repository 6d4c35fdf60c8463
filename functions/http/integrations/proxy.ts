import { proxy } from '../../../lib/contract/operations/use.ts';
import { RawAnswer } from '../../../lib/http/answer.ts';
import { handle } from '../../../lib/http/handle.ts';
import { proxyTo } from '../../../lib/integrations/proxy.ts';

/** A provider's page must not run as ours: the answer is marked as the provider's and sandboxed. */
const marks = { 'x-answered-by': 'provider', 'content-security-policy': "sandbox; default-src 'none'" };

export const handler = handle(proxy, async ({ caller, integration, params, body, event }) => {
  const answer = await proxyTo(caller, integration.id, {
    method: event.requestContext.http.method,
    path: params.path,
    query: event.rawQueryString,
    headers: event.headers,
    body,
  });
  return new RawAnswer(answer.status, { ...answer.headers, ...marks }, answer.body);
});
