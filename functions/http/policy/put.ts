import { putPolicy } from '../../../lib/contract/operations/organization.ts';
import { handle } from '../../../lib/http/handle.ts';
import { changePolicy } from '../../../lib/policy/change.ts';

export const handler = handle(putPolicy, ({ caller, body }) => changePolicy(caller, body));
