import { getPolicy } from '../../../lib/contract/operations/organization.ts';
import { handle } from '../../../lib/http/handle.ts';
import { readPolicy } from '../../../lib/store/policy.ts';

export const handler = handle(getPolicy, ({ caller }) => readPolicy(caller.organizationId));
