import * as z from 'zod/mini';
import { defineOperation, session } from '../define.ts';
import { line, Provider, Scope } from '../shapes.ts';

export const listProviders = defineOperation({
  id: 'providers.list',
  path: '/integrations/available',
  summary: 'The catalogue: what can be connected, and what already is',
  access: session('member'),
  query: z.strictObject({
    category: z.optional(line(60)),
    status: z.optional(z.enum(['available', 'coming_soon', 'premium'])),
    scope: z.optional(Scope),
  }),
  output: z.object({
    providers: z.array(Provider),
    categories: z.array(z.string()),
    total: z.number(),
  }),
  grants: ['table:read'],
  etag: true,
});

export const getProvider = defineOperation({
  id: 'providers.get',
  path: '/providers/{provider}',
  summary: 'One provider with the fields of its form and its set-up guide',
  access: session('member'),
  params: z.strictObject({ provider: z.string() }),
  output: z.object({ provider: Provider }),
  grants: ['table:read'],
});
