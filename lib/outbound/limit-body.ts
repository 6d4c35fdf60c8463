import { OutboundError } from './failure.ts';

const asOutboundError = (error: unknown): OutboundError => {
  if (error instanceof OutboundError) return error;
  const isLate = error instanceof Error && error.name === 'TimeoutError';
  return new OutboundError(isLate ? 'timeout' : 'unreachable', true, error);
};

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
  const reader = response.body.getReader();
  let size = 0;
  const next = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
    const { done, value } = await reader.read();
    if (done) {
      controller.close();
      return;
    }
    size += value.byteLength;
    if (size > maximum) throw new OutboundError('too_large', true);
    controller.enqueue(value);
  };
  const limited = new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      try {
        await next(controller);
      } catch (error) {
        const outbound = asOutboundError(error);
        // Told before the body itself fails: whoever reads it may ask at once.
        failed(outbound);
        controller.error(outbound);
        await reader.cancel(outbound).catch(() => {});
      }
    },
    cancel: (reason) => reader.cancel(reason),
  });
  const headers = new Headers(response.headers);
  headers.delete('content-encoding');
  headers.delete('content-length');
  const { status, statusText } = response;
  return new Response(limited, { status, statusText, headers });
};
