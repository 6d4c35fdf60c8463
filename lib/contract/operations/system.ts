import * as z from 'zod/mini';
import { defineOperation } from '../define.ts';

export const health = defineOperation({
  id: 'system.health',
  path: '/health',
  summary: 'Whether the API answers',
  access: { by: 'public' },
  output: z.object({ status: z.literal('ok') }),
});

export const openapi = defineOperation({
  id: 'system.openapi',
  path: '/openapi.json',
  summary: 'This contract as OpenAPI 3.1',
  access: { by: 'public' },
  output: z.record(z.string(), z.unknown()),
  etag: true,
});
