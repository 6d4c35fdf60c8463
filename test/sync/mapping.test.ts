import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ownerOf } from '../../lib/store/integrations.ts';
import { findSync } from '../../lib/store/syncs.ts';
import { type Caller, caller } from '../support/api.ts';
import { type Bench, startBench } from '../support/bench.ts';
import { aJiraSite, connectedJira, type JiraSite } from '../support/standins.ts';
import { counted, fieldsNamed, messageOf, syncedOn, syncOf } from './benched.ts';
import { recordsOf, startedSync } from './synced.ts';

/** How fields and statuses of a provider become ours. */

const mapping = {
  task: {
    fields: { urgency: 'priority', team: 'projectName', title: 'reporter' },
    statuses: { 'In Review': 'done' },
  },
};

let bench: Bench;
let admin: Caller;
let site: JiraSite;
let id: string;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.stop());
beforeEach(async () => {
  admin = caller({}, bench.url);
  const statuses = [
    { name: 'To Do', category: 'new' },
    { name: 'In Review', category: 'indeterminate' },
  ];
  site = await aJiraSite({ statuses }, bench.standins['jira']);
  const issue = {
    summary: 'A thing',
    status: 'In Review',
    priority: 'High',
    updated: '2026-01-02T00:00:00Z',
  };
  await site.control('POST', '/issues', { issues: [issue, { ...issue, status: 'To Do' }] });
  id = (await connectedJira(admin, site)).id;
});

const put = (given: unknown) => admin.put(`/integrations/${id}/mapping`, { mapping: given });
const first = async () => (await recordsOf(admin, id)).get('task TEST-1');

describe('a mapping', () => {
  it('is what the provider’s own is, until one is set', async () => {
    const { status, body } = await admin.get(`/integrations/${id}/mapping`);

    expect(status).toBe(200);
    expect(body.mapping).toEqual({});
    expect(body.available.task.sources).toContain('priority');
    expect(body.available.task.standard.fields).toMatchObject({ title: 'summary', priority: 'priority' });
  });

  it('holds from the next sync on, which reads everything again', async () => {
    await syncedOn(bench, admin, id);
    const before = await first();

    const set = await put(mapping);
    const between = await first();
    const run = await syncedOn(bench, admin, id);
    const next = await syncedOn(bench, admin, id);

    expect(before).toMatchObject({ title: 'A thing', status: 'in_progress', fields: { priority: 'High' } });
    expect(set).toMatchObject({ status: 200, body: { mapping } });
    expect(between).toEqual(before);
    expect(run).toMatchObject({ full: true, counts: counted({ updated: 2 }) });
    expect(await first()).toMatchObject({
      title: 'Site Admin',
      status: 'done',
      providerStatus: 'In Review',
      fields: { urgency: 'High', team: 'Test' },
    });
    expect((await recordsOf(admin, id)).get('task TEST-2').status).toBe('new');
    expect(next).toMatchObject({ full: false, processed: 0 });
  });

  it('is undone by an empty one', async () => {
    await put(mapping);
    await syncedOn(bench, admin, id);

    const set = await put({});
    const run = await syncedOn(bench, admin, id);

    expect(set.body.mapping).toEqual({});
    expect(run.counts).toMatchObject({ updated: 2 });
    const { title, fields } = await first();
    expect(title).toBe('A thing');
    expect(fields).not.toHaveProperty('urgency');
  });

  it('changed during a run makes the next one read everything again', async () => {
    const { id: syncId } = await startedSync(admin, id);
    await bench.taken({ id: 'sync' });
    await site.fault({ match: { path: '/search' }, times: 1, act: { kind: 'delay', ms: 500 } });
    const working = bench.runJob('sync', messageOf(admin, id, syncId), 300);
    while ((await syncOf(admin, id, syncId)).state !== 'running');

    const set = await put(mapping);
    await working;
    const ended = await syncOf(admin, id, syncId);
    const run = await syncedOn(bench, admin, id);

    expect(set.status).toBe(200);
    expect(ended).toMatchObject({ state: 'succeeded', counts: { created: 2 } });
    expect(run).toMatchObject({ full: true, counts: { updated: 2 } });
    expect((await findSync(ownerOf(admin, id), id))?.running).toBeNull();
  });

  it('is refused with every field that is wrong', async () => {
    const { status, body } = await put({
      task: { fields: { 'not a name': 'priority', urgency: 'nothing' } },
      event: { fields: {} },
    });

    expect({ status, code: body.code }).toEqual({ status: 400, code: 'invalid_request' });
    expect(body.errors.map(({ path }: { path: string }) => path).toSorted()).toEqual([
      'mapping.event',
      'mapping.task.fields',
      'mapping.task.fields.urgency',
    ]);
    expect((await admin.get(`/integrations/${id}/mapping`)).body.mapping).toEqual({});
  });

  it.each([
    ['a status that is none', { task: { statuses: { Done: 'finished' } } }, 'mapping.task.statuses.Done'],
    ['a type that is none', { thing: {} }, 'mapping.thing'],
    ['something else', { task: { fields: {}, scripts: {} } }, 'mapping.task.scripts'],
  ])('is refused with %s', async (_, wrong, path) => {
    const reply = await put(wrong);

    expect(reply.status).toBe(400);
    expect(fieldsNamed(reply)).toEqual([path]);
  });

  it('of too many fields is refused', async () => {
    const fields = Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`field${index}`, 'summary']));

    expect(fieldsNamed(await put({ task: { fields } }))).toEqual(['mapping.task.fields']);
  });
});

describe('a preview', () => {
  it('shows what a mapping would make of what is there, and writes nothing', async () => {
    const preview = await admin.post(`/integrations/${id}/mapping/preview`, { mapping });

    expect(preview.status).toBe(200);
    expect(preview.body.samples).toHaveLength(2);
    const sample = preview.body.samples.find(
      ({ record }: { record: { externalId: string } }) => record.externalId === 'TEST-1',
    );
    expect(sample.sources).toMatchObject({ summary: 'A thing', status: 'In Review', priority: 'High' });
    expect(sample.record).toMatchObject({ title: 'Site Admin', status: 'done', fields: { urgency: 'High' } });
    expect((await recordsOf(admin, id)).size).toBe(0);
    expect((await admin.get(`/integrations/${id}/syncs`)).body.syncs).toEqual([]);
    expect((await admin.get(`/integrations/${id}/mapping`)).body.mapping).toEqual({});
    expect((await syncedOn(bench, admin, id)).counts).toEqual(counted({ created: 2 }));
    expect((await first()).title).toBe('A thing');
  });

  it('of a wrong mapping names what is wrong, and the provider is not asked', async () => {
    const before = (await site.calls()).length;

    const reply = await admin.post(`/integrations/${id}/mapping/preview`, {
      mapping: { task: { fields: { x: 'nothing' } } },
    });

    expect(reply.status).toBe(400);
    expect(fieldsNamed(reply)).toEqual(['mapping.task.fields.x']);
    expect((await site.calls()).length).toBe(before);
  });
});
