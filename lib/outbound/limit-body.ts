import { OutboundError } from './failure.ts';

/**
 * The same response with a body that fails once it grew over `maximum` bytes, counted as the caller
 * reads them, decompressed. `failed` hears of what breaks the body off, whatever an SDK makes of it.
 */
export const limitBody = (
  response: Response,
  maximum: number,
  failed: (error: OutboundError) => void,
): Response => {
  if (!response.body) return response;
  let size = 0;
  const limited = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      size += chunk.byteLength;
      if (size > maximum) throw new OutboundError('too_large', true);
      controller.enqueue(chunk);
    },
  });
  response.body.pipeTo(limited.writable).catch((error: unknown) => {
    if (error instanceof OutboundError) failed(error);
    else if (error instanceof Error)
      failed(new OutboundError(error.name === 'TimeoutError' ? 'timeout' : 'unreachable', true, error));
  });
  const headers = new Headers(response.headers);
  headers.delete('content-encoding');
  headers.delete('content-length');
  const { status, statusText } = response;
  return new Response(limited.readable, { status, statusText, headers });
};
