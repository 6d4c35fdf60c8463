import { describe, expectTypeOf, it } from 'vitest';
import type { ApiError, CallInput, CallOutput, OperationId } from '../../lib/client/client.ts';
import type { ErrorCode } from '../../lib/contract/codes.ts';
import type { operations } from '../../lib/contract/operations/index.ts';

/** What the compiler lets callers write; checked by `tsc`, which `npm run check` runs. */

type Call<Id extends OperationId> = CallInput<Id>;

describe('the types of the client', () => {
  it('know every operation, and no other', () => {
    expectTypeOf<OperationId>().toEqualTypeOf<(typeof operations)[number]['id']>();
    expectTypeOf<'links.create'>().toExtend<OperationId>();
    expectTypeOf<'links.destroy'>().not.toExtend<OperationId>();
  });

  it('ask for what an operation needs, and for nothing it does not know', () => {
    expectTypeOf<Call<'integrations.get'>>().toHaveProperty('params').toEqualTypeOf<{ id: string }>();
    expectTypeOf<Call<'integrations.get'>>().not.toHaveProperty('body');
    expectTypeOf<Call<'integrations.get'>>().not.toHaveProperty('query');
    expectTypeOf<{ idempotencyKey: string }>().not.toExtend<Call<'integrations.get'>>();
    expectTypeOf<{ params: { id: number } }>().not.toExtend<Call<'integrations.get'>>();
    expectTypeOf<{ idempotencyKey: string }>().toExtend<Call<'policy.get'>>();
  });

  it('know the bodies', () => {
    type Body = Call<'links.create'>['body'];

    expectTypeOf<Body['entity']['type']>().toEqualTypeOf<
      'Person' | 'Meeting' | 'MeetingInstance' | 'OneOnOne' | 'Initiative' | 'Task' | 'Team'
    >();
    expectTypeOf<{ entity: { type: 'Robot'; id: string } }>().not.toExtend<Pick<Body, 'entity'>>();
    expectTypeOf<Omit<Body, 'integrationId'>>().not.toExtend<Body>();
    expectTypeOf<Call<'integrations.update'>['body']['version']>().toEqualTypeOf<number>();
    expectTypeOf<Call<'integrations.search'>['body']['limit']>().toEqualTypeOf<number | undefined>();
  });

  it('know the queries', () => {
    type Query = Call<'integrations.list'>['query'];
    type Links = Call<'links.list'>['query'];

    expectTypeOf<Query['limit']>().toEqualTypeOf<number | undefined>();
    expectTypeOf<Query['scope']>().toEqualTypeOf<'organization' | 'user' | undefined>();
    expectTypeOf<{ scope: 'everybody' }>().not.toExtend<Query>();
    expectTypeOf<{ entityType: 'Person'; entityId: string }>().toExtend<Links>();
    expectTypeOf<{ entityType: 'Person' }>().not.toExtend<Links>();
  });

  it('know the methods of an operation that has several', () => {
    expectTypeOf<NonNullable<Call<'integrations.proxy'>['method']>>().toEqualTypeOf<
      'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
    >();
    expectTypeOf<Call<'integrations.proxy'>['body']>().toEqualTypeOf<
      string | Uint8Array<ArrayBuffer> | null
    >();
  });

  it('know the answers', () => {
    expectTypeOf<CallOutput<'system.health'>>().toEqualTypeOf<{ status: 'ok' }>();
    expectTypeOf<CallOutput<'links.delete'>>().toEqualTypeOf<undefined>();
    expectTypeOf<CallOutput<'integrations.proxy'>>().toEqualTypeOf<Response>();
    expectTypeOf<CallOutput<'integrations.list'>['nextCursor']>().toEqualTypeOf<string | null>();
    expectTypeOf<CallOutput<'links.create'>['link']['state']>().toEqualTypeOf<'ok' | 'missing'>();
    expectTypeOf<CallOutput<'integrations.try'>['account']>().toExtend<
      { id: string; name?: string | undefined } | undefined
    >();
    expectTypeOf<CallOutput<'policy.get'>>().not.toHaveProperty('secrets');
  });

  it('know every failure by a code of the closed list', () => {
    expectTypeOf<ApiError['code']>().toEqualTypeOf<ErrorCode>();
    expectTypeOf<ApiError['retryAfter']>().toEqualTypeOf<number | null>();
  });
});
