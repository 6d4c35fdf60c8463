import * as z from 'zod/mini';
import { codes, type ErrorCode, useFailures } from '../codes.ts';
import { defineOperation, session } from '../define.ts';
import {
  Entity,
  EntityType,
  External,
  ExternalEntity,
  ExternalType,
  externalId,
  foreignId,
  id,
  Link,
  orAbsent,
} from '../shapes.ts';

const params = z.strictObject({ id });

export const createLink = defineOperation({
  id: 'links.create',
  method: 'POST',
  path: '/links',
  summary: 'Link an entity of ManagerOS to its external twin',
  access: session('member'),
  body: z.strictObject({ entity: Entity, integrationId: id, external: External }),
  answers: {
    created: { status: 201, body: z.object({ link: Link }) },
    existing: { status: 200, body: z.object({ link: Link }) },
  },
  failures: [...useFailures, 'not_found', 'conflict'],
  grants: ['table:read', 'table:write', 'credentials:open', 'jobs:send:refresh'],
  creates: true,
});

export const listLinks = defineOperation({
  id: 'links.list',
  path: '/links',
  summary: 'The links of an entity, or the entities linked to something external',
  access: session('member'),
  query: z.union([
    z.strictObject({ entityType: EntityType, entityId: foreignId() }),
    z.strictObject({ integrationId: id, externalType: ExternalType, externalId }),
  ]),
  output: z.object({
    links: z.array(Link),
    /** The provider of one is down, or its integration needs a person: what is shown may be old. */
    degraded: z.boolean(),
  }),
  failures: ['not_found'],
  grants: ['table:read'],
});

export const getLink = defineOperation({
  id: 'links.get',
  path: '/links/{id}',
  summary: 'One link',
  access: session('member'),
  params,
  output: z.object({ link: Link }),
  grants: ['table:read'],
});

export const deleteLink = defineOperation({
  id: 'links.delete',
  method: 'DELETE',
  path: '/links/{id}',
  summary: "Unlink; for the link's maker and the integration's holder",
  access: session('member'),
  params,
  grants: ['table:read', 'table:write'],
});

export const refreshLink = defineOperation({
  id: 'links.refresh',
  method: 'POST',
  path: '/links/{id}/refresh',
  summary: 'Read the external entity again; one that is gone is marked missing',
  access: session('member'),
  params,
  output: z.object({ link: Link }),
  failures: useFailures,
  grants: ['table:read', 'table:write', 'credentials:open', 'jobs:send:refresh'],
});

export const linkPersons = defineOperation({
  id: 'links.bulk',
  method: 'POST',
  path: '/links/bulk',
  summary: 'Link persons to the external accounts that have their e-mail address',
  access: session('member'),
  body: z.strictObject({
    integrationId: id,
    candidates: z
      .array(z.strictObject({ entity: Entity, email: z.email().check(z.maxLength(254)) }))
      .check(z.minLength(1), z.maxLength(100)),
  }),
  output: z.object({
    results: z.array(
      z.object({
        entity: Entity,
        outcome: z.enum(['linked', 'ambiguous', 'not_found', 'already_linked', 'failed']),
        link: orAbsent(Link),
        candidates: orAbsent(z.array(ExternalEntity)),
        code: orAbsent(z.enum(Object.keys(codes) as [ErrorCode, ...ErrorCode[]])),
      }),
    ),
  }),
  failures: [...useFailures, 'not_found'],
  grants: ['table:read', 'table:write', 'credentials:open', 'jobs:send:refresh'],
  creates: true,
});
