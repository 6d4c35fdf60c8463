import { callback } from '../../../lib/contract/operations/oauth.ts';
import { RawAnswer } from '../../../lib/http/answer.ts';
import { handle } from '../../../lib/http/handle.ts';
import { acceptReturn } from '../../../lib/oauth/callback.ts';

const page =
  '<!doctype html><meta charset="utf-8"><title>Not valid</title><p>This address is not valid, or not any more.</p>';
const html = { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': "default-src 'none'" };

/** What goes wrong is said to whoever completes; to a browser with a strange address no more than that. */
export const handler = handle(callback, async ({ params, event }) => {
  const location = await acceptReturn(params.provider, new URLSearchParams(event.rawQueryString));
  return location === null
    ? { refused: new RawAnswer(400, html, page) }
    : { sent: new RawAnswer(303, { location, 'referrer-policy': 'no-referrer' }, '') };
});
