import { now } from '../config/clock.ts';
import { settings } from '../config/env.ts';
import type { Manifest } from '../connectors/connector.ts';
import { manifestOf } from '../connectors/registry.ts';
import { AppError, asAppError } from '../errors/error.ts';
import { hindrance } from '../integrations/hindrance.ts';
import { countProviderCall } from '../integrations/limit.ts';
import { inSession, requireScopes } from '../integrations/use.ts';
import type { ActivityItem, DateRange } from '../model/activity.ts';
import type { Caller, Owner } from '../model/caller.ts';
import type { CredentialRecord } from '../model/integration.ts';
import type { LinkRecord } from '../model/link.ts';
import { inParallel } from '../model/parallel.ts';
import {
  activityKey,
  type CachedActivity,
  type CacheRecord,
  keepActivity,
  unpackActivity,
} from '../store/activity.ts';
import { digest, keys, ownerOfIntegration } from '../store/keys.ts';
import { linksOfEntity } from '../store/links.ts';
import { getMany } from '../store/table.ts';

export type Asked = {
  range: DateRange;
  organizations: readonly string[];
  refresh: boolean;
  deadline: number;
};
export type Source = {
  integrationId: string;
  provider: string;
  status: 'ok' | 'stale' | 'failed' | 'timed_out';
  code: string | null;
  fetchedAt: string | null;
  items: ActivityItem[];
};

/** One person's accounts in one integration. */
type Task = {
  personId: string;
  owner: Owner;
  accounts: string[];
  credential: CredentialRecord;
  manifest: Manifest;
  cacheKey: { pk: string; sk: string };
  cached: CachedActivity | null;
};

const freshFor = 5 * 60_000;
const atOnce = 6;

const accountsByIntegration = (links: readonly LinkRecord[]): Map<string, string[]> => {
  const accounts = new Map<string, string[]>();
  for (const { integrationId, external } of links)
    accounts.set(integrationId, [...(accounts.get(integrationId) ?? []), external.id].toSorted());
  return accounts;
};

/** What has to be asked, with the credentials and what is cached: two queries a person, then one batch for all. */
const tasksFor = async (
  caller: Caller,
  personIds: readonly string[],
  { range, organizations }: Asked,
  only: string | null,
): Promise<Task[]> => {
  const linksOf = (id: string) => linksOfEntity(caller, { type: 'Person', id });
  const linked = await inParallel(atOnce, personIds, async (personId) => ({
    personId,
    accounts: accountsByIntegration(
      (await linksOf(personId)).filter(({ external }) => external.type === 'person'),
    ),
  }));
  const wanted = linked.flatMap(({ personId, accounts }) =>
    [...accounts].flatMap(([integrationId, ids]) => {
      const owner = ownerOfIntegration(caller, integrationId);
      if (!owner || (only !== null && only !== integrationId)) return [];
      const request = digest(JSON.stringify([ids, range, organizations.toSorted()]));
      const cacheKey = activityKey(owner, integrationId, request);
      return [
        { personId, owner, accounts: ids, cacheKey, credentialKey: keys.credential(owner, integrationId) },
      ];
    }),
  );
  const found = await getMany<CredentialRecord | CacheRecord>(
    wanted.flatMap(({ credentialKey, cacheKey }) => [credentialKey, cacheKey]),
  );
  const tasks = await Promise.all(
    wanted.map(async (one, index): Promise<Task[]> => {
      const credential = found[index * 2] as CredentialRecord | null;
      const cache = found[index * 2 + 1] as CacheRecord | null;
      if (!credential || credential.state === 'deleting') return [];
      const manifest = await manifestOf(credential.provider);
      if (!manifest.activity) return [];
      const usable = cache?.sealedVersion === credential.sealedVersion;
      return [{ ...one, credential, manifest, cached: usable ? unpackActivity(cache) : null }];
    }),
  );
  return tasks.flat();
};

const age = ({ fetchedAt }: CachedActivity): number => now() - Date.parse(fetchedAt);

const sourceOf = (
  { credential }: Task,
  status: Source['status'],
  code: string | null,
  data: CachedActivity | null,
): Source => ({
  integrationId: credential.id,
  provider: credential.provider,
  status,
  code,
  fetchedAt: data?.fetchedAt ?? null,
  items: data?.items ?? [],
});

const ask = async (task: Task, { range, organizations, deadline }: Asked): Promise<CachedActivity> => {
  const collected = await inSession(
    task,
    async ({ adapter, session }) => {
      const parts = await inParallel(2, task.accounts, async (personId) => {
        if (!adapter.activity)
          throw new AppError('internal', 'This connector promised activity and has none.');
        return adapter.activity(session, { personId, range, organizations });
      });
      return {
        items: parts.flatMap(({ items }) => items),
        complete: parts.every(({ complete }) => complete),
      };
    },
    deadline,
  );
  return keepActivity(task.cacheKey, task.credential.sealedVersion, collected);
};

/** What the tasks of one answer share: each integration is counted once, and asked no more once it said it was too much. */
type Shared = { count: (integrationId: string) => Promise<void>; limited: Map<string, AppError> };

/** Fresh from the cache, else from the provider, else what was last known, marked stale. */
const run = async (task: Task, asked: Asked, { count, limited }: Shared): Promise<Source> => {
  const refused = hindrance(task.credential);
  if (refused?.code === 'integration_disabled') return sourceOf(task, 'failed', refused.code, null);
  const kept = settings().retention.activityCache * 86_400_000;
  const cached = task.cached && age(task.cached) < kept ? task.cached : null;
  try {
    if (refused) throw refused;
    requireScopes(task, { needs: task.manifest.activity?.needs ?? [] });
    if (cached && !asked.refresh && age(cached) < freshFor) {
      const down = task.credential.cause === 'provider_outage';
      if (down) return sourceOf(task, 'stale', 'provider_unreachable', cached);
      return sourceOf(task, cached.complete ? 'ok' : 'timed_out', null, cached);
    }
    const tooMany = limited.get(task.credential.id);
    if (tooMany) throw tooMany;
    await count(task.credential.id);
    if (Date.now() >= asked.deadline) throw new AppError('deadline_exceeded', 'It took too long.');
    const fetched = await ask(task, asked);
    return sourceOf(task, fetched.complete ? 'ok' : 'timed_out', null, fetched);
  } catch (error) {
    const failed = asAppError(error);
    const { code } = failed;
    if (code === 'provider_rate_limited') limited.set(task.credential.id, failed);
    if (cached) return sourceOf(task, 'stale', code, cached);
    const late = code === 'deadline_exceeded' || Date.now() >= asked.deadline;
    return sourceOf(task, late ? 'timed_out' : 'failed', code, null);
  }
};

/** The sources of each person, in the order of the persons; none where nothing is linked. One failing leaves the rest. */
export const sourcesOf = async (
  caller: Caller,
  personIds: readonly string[],
  asked: Asked,
  only: string | null,
): Promise<Map<string, Source[]>> => {
  const tasks = await tasksFor(caller, personIds, asked, only);
  const counted = new Map<string, Promise<void>>();
  const count = (integrationId: string): Promise<void> => {
    const counting = counted.get(integrationId) ?? countProviderCall(caller, integrationId);
    counted.set(integrationId, counting);
    return counting;
  };
  const limited = new Map<string, AppError>();
  const sources = await inParallel(atOnce, tasks, async (task) => ({
    personId: task.personId,
    source: await run(task, asked, { count, limited }),
  }));
  return new Map(
    personIds.map((personId) => [
      personId,
      sources.filter((one) => one.personId === personId).map(({ source }) => source),
    ]),
  );
};
