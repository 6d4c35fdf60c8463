import { showPerson } from '../../../lib/activity/show.ts';
import { personActivity } from '../../../lib/contract/operations/activity.ts';
import { handle } from '../../../lib/http/handle.ts';

export const handler = handle(personActivity, ({ caller, params, query, headers }) =>
  showPerson(caller, params.personId, {
    ...query,
    refresh: query.refresh === 'true',
    assertion: headers['x-manageros-assertion'],
  }),
);
