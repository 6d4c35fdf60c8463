import { test } from '../../../lib/contract/operations/integrations.ts';
import { handle } from '../../../lib/http/handle.ts';
import { testIntegration } from '../../../lib/integrations/test.ts';

export const handler = handle(test, ({ caller, integration }) => testIntegration(caller, integration));
