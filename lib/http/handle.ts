import middy from '@middy/core';
import type { APIGatewayProxyEventV2WithJWTAuthorizer, Context } from 'aws-lambda';
import type * as z from 'zod/mini';
import type { Operation, Schema } from '../contract/define.ts';
import { AppError } from '../errors/error.ts';
import { metered } from '../log/meter.ts';
import type { Caller } from '../model/caller.ts';
import type { IntegrationRecord } from '../model/integration.ts';
import { admission } from './admission.ts';
import { answer, answerAgain, type RawAnswer, type Result } from './answer.ts';
import { input } from './input.ts';
import type { Invocation } from './invocation.ts';
import { logLine } from './log-line.ts';
import { problems } from './problems.ts';
import { repeats, replayed } from './repeats.ts';

type Event = APIGatewayProxyEventV2WithJWTAuthorizer;
type Part<S> = S extends Schema ? z.output<S> : S extends 'raw' ? Buffer : null;
/** An outcome without a body takes no notice of what is returned. */
type Returned<S> = S extends 'raw' ? RawAnswer : S extends Schema ? z.input<S> : unknown;

/** What a function gets: everything checked, nothing of the transport but where the body is raw. */
export type Request<O extends Operation> = {
  requestId: string;
  caller: O['access'] extends { by: 'session' } ? Caller : null;
  /** The integration the path names, where only its holder may call. */
  integration: O['access'] extends { role: 'holder' } ? IntegrationRecord : null;
  params: Part<O['params']>;
  query: Part<O['query']>;
  headers: Part<O['headers']>;
  body: Part<O['body']>;
  event: Event;
  /** What a creating call is known by when it is repeated, for what it makes to remember; null without a key. */
  call: string | null;
};

/** What it returns: the body of its one outcome, or `{ outcome: body }` where it has several. */
export type Outcome<O extends Operation> = keyof O['answers'] extends 'ok'
  ? Returned<O['answers']['ok'] extends { body: infer B } ? B : never>
  : { [K in keyof O['answers']]: { [P in K]: Returned<O['answers'][K]['body']> } }[keyof O['answers']];

/** Before Lambda ends an invocation there must be time to say so. */
const reserve = {
  timeoutEarlyInMillis: 500,
  timeoutEarlyResponse: () => {
    throw new AppError('deadline_exceeded', 'It took too long.');
  },
};

/** A definition and a function become a Lambda handler. */
export const handle = <O extends Operation>(
  operation: O,
  run: (request: Request<O>) => Promise<Outcome<O>>,
) => {
  const pipeline = middy<Invocation, Result>(reserve)
    .use(logLine)
    .use(problems)
    .use(input)
    .use(admission)
    .use(repeats)
    .handler(async (invocation: Invocation) => {
      const { claim, requestId } = invocation;
      if (claim?.kept) return answerAgain(replayed(claim.kept), requestId);
      const request = { ...invocation, call: claim?.call.id ?? null };
      const output = await run(request as unknown as Request<O>);
      return answer(operation, output, invocation.requestId, invocation.event.headers['if-none-match']);
    });

  return (event: Event, context: Context): Promise<Result> => {
    const invocation: Invocation = {
      operation,
      event,
      requestId: context.awsRequestId,
      startedAt: performance.now(),
      params: null,
      query: null,
      headers: null,
      body: null,
      caller: null,
      integration: null,
      idempotencyKey: null,
      claim: null,
    };
    return metered(operation.id, () => pipeline(invocation, context) as Promise<Result>);
  };
};
