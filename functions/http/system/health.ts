import { health } from '../../../lib/contract/operations/system.ts';
import { handle } from '../../../lib/http/handle.ts';

export const handler = handle(health, async () => ({ status: 'ok' as const }));
