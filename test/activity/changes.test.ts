import { beforeEach, describe, expect, it } from 'vitest';
import { type Caller, caller, newId } from '../support/api.ts';
import { aGithubAccount, connectedGithub, control } from '../support/standins.ts';
import {
  activityOf,
  idsOf,
  inGithub,
  inJira,
  inMarch,
  linked,
  nothing,
  pullInMarch,
  pullNames,
  refreshed,
  ticketKeys,
  watched,
} from './people.ts';

let admin: Caller;
let person: string;
beforeEach(() => {
  admin = caller();
  person = newId('person');
});

const changed = async (integrationId: string, change: object): Promise<void> => {
  const { body } = await admin.get(`/integrations/${integrationId}`);
  const reply = await admin.patch(`/integrations/${integrationId}`, {
    ...change,
    version: body.integration.version,
  });
  if (reply.status !== 200) throw new Error(`patch: ${reply.status} ${reply.text}`);
};

describe('a person who is not linked', () => {
  it('is shown with nothing, linked: false and no sources', async () => {
    await inJira(admin, newId('person'));

    const shown = await activityOf(admin, person);

    expect(shown).toEqual(nothing);
  });

  it('any more is so at once, whatever is cached', async () => {
    const [jira, github] = [await inJira(admin, person), await inGithub(admin, person)];
    await jira.add({ updated: inMarch });
    await github.add(pullInMarch);
    await activityOf(admin, person);
    await admin.delete(`/links/${jira.linkId}`);
    const halfway = await activityOf(admin, person);
    await admin.delete(`/links/${github.linkId}`);

    const { answer, calls } = await watched([jira, github], () => activityOf(admin, person));

    expect([idsOf(halfway), halfway.metrics.tickets.total]).toEqual([[github.integrationId], 0]);
    expect(answer).toEqual(nothing);
    expect(calls).toEqual([]);
  });

  it('is one whose integration was deleted, at once', async () => {
    const [jira, github] = [await inJira(admin, person), await inGithub(admin, person)];
    await jira.add({ updated: inMarch });
    await activityOf(admin, person);
    await admin.delete(`/integrations/${jira.integrationId}`);
    const halfway = await activityOf(admin, person);
    await admin.delete(`/integrations/${github.integrationId}`);

    const shown = await activityOf(admin, person);

    expect([idsOf(halfway), halfway.items]).toEqual([[github.integrationId], []]);
    expect(shown).toEqual(nothing);
  });

  it('stays so where only a task of theirs is linked to a ticket', async () => {
    const jira = await inJira(admin, newId('person'));
    const [key] = await jira.add({ updated: inMarch });
    await admin.post('/links', {
      entity: { type: 'Task', id: person },
      integrationId: jira.integrationId,
      external: { type: 'issue', id: key },
    });

    const shown = await activityOf(admin, person);

    expect(shown).toEqual(nothing);
  });
});

describe('an integration that changes', () => {
  it('is not asked and shows nothing while it is disabled, and is whole again when enabled', async () => {
    const [jira, github] = [await inJira(admin, person), await inGithub(admin, person)];
    const keys = await jira.add({ updated: inMarch });
    const names = await github.add(pullInMarch);
    await activityOf(admin, person);
    await changed(jira.integrationId, { enabled: false });

    const disabled = await watched([jira], () => activityOf(admin, person, refreshed));
    await changed(jira.integrationId, { enabled: true });
    const enabled = await activityOf(admin, person);

    expect(disabled.calls).toEqual([]);
    expect([ticketKeys(disabled.answer), pullNames(disabled.answer)]).toEqual([[], names]);
    expect(disabled.answer.sources).toContainEqual({
      integrationId: jira.integrationId,
      provider: 'jira',
      status: 'failed',
      code: 'integration_disabled',
    });
    expect([disabled.answer.linked, disabled.answer.degraded]).toEqual([true, true]);
    expect([ticketKeys(enabled), enabled.degraded]).toEqual([keys, false]);
  });

  it('answers nothing it kept under former credentials', async () => {
    const github = await inGithub(admin, person);
    const narrow = await aGithubAccount();
    const hidden = `${github.repository}-hidden`;
    await control('github', 'POST', 'repositories', {
      repository: hidden,
      private: true,
      collaborators: [github.login],
    });
    await github.add({ ...pullInMarch, repository: hidden });
    const before = await activityOf(admin, person);
    await changed(github.integrationId, narrow.connection);

    const shown = await activityOf(admin, person);
    await narrow.fault({ times: 3, act: { kind: 'answer', status: 500 } });
    const down = await activityOf(admin, person, refreshed);

    expect(before.metrics.pullRequests.total).toBe(1);
    expect([shown.items, shown.degraded]).toEqual([[], false]);
    expect(down.items).toEqual([]);
  });

  it('of another connection of the same account has its own part of the cache', async () => {
    const github = await inGithub(admin, person);
    await github.add(pullInMarch);
    await activityOf(admin, person);
    const own = (await connectedGithub(admin, github, 'user')) as { id: string };
    await linked(admin, person, own.id, github.author);

    const { answer, calls } = await watched([github], () => activityOf(admin, person));

    expect(calls).toHaveLength(1);
    expect(idsOf(answer)).toEqual([github.integrationId, own.id].toSorted());
  });
});
