import type { FailedJob } from '../../lib/jobs/failures.ts';
import { keys } from '../../lib/store/keys.ts';
import { type Caller, caller, newId } from '../support/api.ts';
import type { Cloud } from '../support/cloud.ts';
import { plantedSecret } from '../support/secrets.ts';
import { aGithubAccount, aJiraSite, connected, type GithubAccount } from '../support/standins.ts';
import { dumpOf, plant, settled } from '../support/table.ts';

/** An organisation with something of every kind, and what of it stands in the table. */

export type Held = {
  admin: Caller;
  member: Caller;
  shared: { id: string };
  own: { id: string };
  account: GithubAccount;
  person: { type: 'Person'; id: string };
};

const ok = async (what: string, call: Promise<{ status: number; text: string }>): Promise<void> => {
  const { status, text } = await call;
  if (status >= 300) throw new Error(`${what}: ${status} ${text}`);
};

/** Work on an integration that failed for good, which takes longer to come about than a test may last. */
const aFailure = (cloud: Where, organizationId: string, userId: string | null, integrationId: string) => {
  const id = newId('message');
  const payload = { organizationId, userId, integrationId };
  const failedAt = new Date().toISOString();
  const failed: FailedJob = {
    ...{ id, job: 'revoke', payload, userId, integrationId },
    ...{ code: 'unavailable', failedAt },
  };
  return plant(cloud, { ...keys.failure(organizationId, id), ...failed });
};

type Where = Pick<Cloud, 'url' | 'standins' | 'database'>;

export const aHeldOrganization = async (cloud: Where): Promise<Held> => {
  const admin = caller({}, cloud.url);
  const { organizationId } = admin;
  const person = { type: 'Person', id: newId('person') } as const;
  const member = caller({ organizationId, role: 'member', personId: person.id }, cloud.url);

  const site = await aJiraSite({}, cloud.standins['jira']);
  await site.control('POST', '/issues', { count: 2 });
  const shared = await connected(admin, 'jira', site.connection);
  const account = await aGithubAccount({}, ['repo'], cloud.standins['github']);
  const own = await connected(member, 'github', account.connection, 'user');
  const external = { type: 'person', id: shared.account.id };
  await ok('link', admin.post('/links', { entity: person, integrationId: shared.id, external }));
  await ok(
    'own link',
    member.post('/links', {
      entity: person,
      integrationId: own.id,
      external: { type: 'person', id: account.login },
    }),
  );
  const day = new Date().toISOString().slice(0, 10);
  await ok('activity', member.get(`/persons/${person.id}/activity?from=${day}&to=${day}`));
  await ok('policy', admin.put('/policy', { activity: 'admins' }));
  const app = { clientId: 'own', clientSecret: plantedSecret('app') };
  await ok('app', admin.put('/providers/github/app', app));
  for (const { id } of [own, shared])
    await ok('rating', member.put(`/integrations/${id}/rating`, { stars: 5 }));
  await ok('sync', admin.post(`/integrations/${shared.id}/sync`));
  await ok('own sync', member.post(`/integrations/${own.id}/sync`));
  const event = ['BEGIN:VEVENT', `UID:${newId('uid')}`, 'DTSTART:20270322T090000Z', 'END:VEVENT'];
  const ics = ['BEGIN:VCALENDAR', ...event, 'END:VCALENDAR', ''].join('\n');
  await ok('import', admin.post('/calendar/import', { ics }));
  await aFailure(cloud, organizationId, null, shared.id);
  await aFailure(cloud, organizationId, member.userId, own.id);
  const begin = { provider: 'microsoft_outlook', scope: 'user', auth: 'oauth2' };
  const key = { headers: { 'idempotency-key': newId('key') } };
  await ok('consent', member.post('/integrations/connect', begin, key));
  await settled(cloud);
  return { admin, member, shared, own, account, person };
};

/** Items that hold one of these texts anywhere. */
export const rowsWith = async (cloud: Pick<Cloud, 'database'>, ...texts: string[]): Promise<string[]> =>
  (await dumpOf(cloud)).filter((line) => texts.some((text) => line.includes(text)));
