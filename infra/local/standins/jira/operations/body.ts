import type { StandinAnswer, StandinRequest } from '../../standin.ts';
import { problem } from '../answers.ts';

export type Json = Record<string, unknown>;

export const isJson = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A body that cannot be read is refused without the `errors` that other refusals carry. */
const unreadable = (message: string): StandinAnswer => ({ status: 400, body: { errorMessages: [message] } });

export const invalidPayload = unreadable(
  'Invalid request payload. Refer to the REST API documentation and try again.',
);

export const readBody = (request: StandinRequest): { body: Json } | { refused: StandinAnswer } => {
  const type = request.headers['content-type'];
  if (!type?.toLowerCase().startsWith('application/json')) {
    const detail = `Content-Type '${type ?? 'null'}' is not supported.`;
    return { refused: problem(415, 'Unsupported Media Type', detail, request.path) };
  }
  if (request.body.length === 0) {
    return { refused: unreadable('No content to map to Object due to end of input') };
  }
  try {
    const body: unknown = JSON.parse(request.body.toString());
    return isJson(body) ? { body } : { refused: invalidPayload };
  } catch {
    return {
      refused: unreadable('There was an error parsing JSON. Check that your request body is valid.'),
    };
  }
};
