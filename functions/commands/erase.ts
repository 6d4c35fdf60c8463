import { eraseSubject } from '../../lib/contract/commands.ts';
import { requestErasure } from '../../lib/erasure/request.ts';
import { handleCommand } from '../../lib/jobs/handle.ts';

export const handler = handleCommand(eraseSubject, async (subject) => {
  const { id } = await requestErasure(subject, 'system');
  return { id };
});
