import { showTeam } from '../../../lib/activity/show.ts';
import { teamActivity } from '../../../lib/contract/operations/activity.ts';
import { handle } from '../../../lib/http/handle.ts';

export const handler = handle(teamActivity, async ({ caller, body, headers }) => ({
  persons: await showTeam(caller, body.personIds, {
    from: body.from,
    to: body.to,
    assertion: headers['x-manageros-assertion'],
  }),
}));
