import { AppError, invalidField } from '../errors/error.ts';
import type { DateRange } from '../model/activity.ts';
import type { Caller } from '../model/caller.ts';
import { readPolicy } from '../store/policy.ts';
import { viewerOf } from './access.ts';
import { sourcesOf } from './collect.ts';
import { combine } from './combine.ts';

const day = 86_400_000;
const mostDays = 366;
/** Providers get so long before their part is given as timed out. */
const patience = 20_000;

/** Both days included, in UTC. */
const rangeOf = ({ from, to }: { from: string; to: string }): DateRange => {
  const start = Date.parse(from);
  const end = Date.parse(to) + day;
  if (end <= start) throw invalidField('to', 'must not be before from');
  if (end - start > mostDays * day) throw invalidField('to', `must be at most ${mostDays} days after from`);
  return { from: new Date(start).toISOString(), to: new Date(end).toISOString() };
};

type Asked = {
  from: string;
  to: string;
  refresh?: boolean;
  integrationId?: string | undefined;
  assertion: string | undefined;
};
type Shown = ReturnType<typeof combine>;

const show = async (caller: Caller, personIds: readonly string[], asked: Asked) => {
  const range = rangeOf(asked);
  const policy = await readPolicy(caller.organizationId);
  const maySee = viewerOf(caller, policy, asked.assertion);
  const seen = personIds.filter(maySee);
  const sources = await sourcesOf(
    caller,
    seen,
    {
      range,
      organizations: policy.githubOrganizations,
      refresh: asked.refresh ?? false,
      deadline: Date.now() + patience,
    },
    asked.integrationId ?? null,
  );
  return (personId: string): Shown | null => (maySee(personId) ? combine(sources.get(personId) ?? []) : null);
};

export const showPerson = async (caller: Caller, personId: string, asked: Asked): Promise<Shown> => {
  const shown = (await show(caller, [personId], asked))(personId);
  if (!shown) throw new AppError('forbidden', "You may not see this person's activity.");
  return shown;
};

/** Each person once, in the order asked; one the caller may not see says so and leaves the rest. */
export const showTeam = async (caller: Caller, personIds: readonly string[], asked: Asked) => {
  const distinct = [...new Set(personIds)];
  const shownOf = await show(caller, distinct, asked);
  return distinct.map((personId) => {
    const shown = shownOf(personId);
    return shown ? { personId, ...shown } : { personId, code: 'forbidden' };
  });
};
