import type { MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyEventV2WithJWTAuthorizer } from 'aws-lambda';
import type { Operation } from '../contract/define.ts';
import type { Caller } from '../model/caller.ts';
import type { IntegrationRecord } from '../model/integration.ts';
import type { Result } from './answer.ts';
import type { Claim } from './claims.ts';

/** One call on its way through the middlewares: each fills in its part. */
export type Invocation = {
  operation: Operation;
  event: APIGatewayProxyEventV2WithJWTAuthorizer;
  requestId: string;
  startedAt: number;
  params: unknown;
  query: unknown;
  headers: unknown;
  body: unknown;
  caller: Caller | null;
  integration: IntegrationRecord | null;
  /** Of a creating call, where it was sent. */
  idempotencyKey: string | null;
  claim: Claim | null;
};

export type Middleware = MiddlewareObj<Invocation, Result>;
