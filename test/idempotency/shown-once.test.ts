import { randomUUID } from 'node:crypto';
import type { APIGatewayProxyEventV2WithJWTAuthorizer, Context } from 'aws-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { defineOperation, failuresOf, type Operation, session } from '../../lib/contract/define.ts';
import { operations } from '../../lib/contract/operations/index.ts';
import { handle } from '../../lib/http/handle.ts';
import { startParts } from '../support/parts.ts';
import { dumpOf } from '../support/table.ts';

/** The layer under any definition: here one whose answer is shown once, which no operation of ours has so far. */

let parts: Awaited<ReturnType<typeof startParts>>;
beforeAll(async () => {
  parts = await startParts();
});
afterAll(() => parts.stop());

const create = defineOperation({
  id: 'test.create',
  method: 'POST',
  path: '/test',
  summary: 'Makes a secret',
  access: session('member'),
  body: z.strictObject({ name: z.string() }),
  output: z.object({ secret: z.string() }),
  creates: true,
  showsOnce: true,
});

let made = 0;
const handler = handle(create, async () => {
  made += 1;
  return { secret: `shown once, number ${made}` };
});

const call = async (key: string, name: string) => {
  const event = {
    headers: { 'content-type': 'application/json', 'idempotency-key': key },
    rawQueryString: '',
    body: JSON.stringify({ name }),
    isBase64Encoded: false,
    requestContext: { authorizer: { jwt: { claims: { sub: 'u', org_id: 'o', org_role: 'member' } } } },
  };
  const context = { awsRequestId: randomUUID(), getRemainingTimeInMillis: () => 29_000 };
  const { statusCode, body } = await handler(
    event as unknown as APIGatewayProxyEventV2WithJWTAuthorizer,
    context as Context,
  );
  return { status: statusCode, body: JSON.parse(body ?? '{}') };
};

describe('an answer that is shown once', () => {
  it('is not kept: its repeat is told that it was created, another body that it is another', async () => {
    const key = randomUUID();

    const first = await call(key, 'a');
    const again = await call(key, 'a');
    const other = await call(key, 'b');

    expect(first).toMatchObject({ status: 200, body: { secret: 'shown once, number 1' } });
    expect(again).toMatchObject({ status: 409, body: { code: 'already_created' } });
    expect(other).toMatchObject({ status: 422, body: { code: 'idempotency_mismatch' } });
    expect(made).toBe(1);
    const rows = await dumpOf({ database: parts.database.endpoint });
    expect(rows.filter((row) => row.includes('IDEM#'))).toHaveLength(1);
    expect(rows.join()).not.toMatch(/"answer"|shown once/);
  });
});

describe('every creating operation', () => {
  const creating = (operations as readonly Operation[]).filter(({ creates }) => creates);

  it.each(creating.map((operation) => [operation.id, operation] as const))(
    '%s may keep its answer, and says how a repeat may fail',
    (_, operation) => {
      expect(operation.grants).toEqual(expect.arrayContaining(['table:read', 'table:write', 'cursors']));
      expect(failuresOf(operation)).toEqual(
        expect.arrayContaining(['idempotency_mismatch', 'in_progress', 'already_created', 'invalid_request']),
      );
      expect(operation.access.by).toBe('session');
      for (const { body } of Object.values(operation.answers)) expect(body).not.toBe('raw');
    },
  );
});
