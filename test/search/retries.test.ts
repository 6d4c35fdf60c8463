import { describe, expect, it } from 'vitest';
import type { Fault } from '../../infra/local/standins/standin.ts';
import { company } from '../support/api.ts';
import { aJiraSite, connectedJira } from '../support/standins.ts';
import { during, search, titles } from './asking.ts';

const connected = async () => {
  const { admin } = company();
  const site = await aJiraSite({ users: [{ displayName: 'Ada Lovelace' }] });
  const { id } = await connectedJira(admin, site);
  return { admin, site, id };
};

describe('a fault that may pass', () => {
  const passing: [string, Fault['act'], number][] = [
    ['500', { kind: 'answer', status: 500 }, 1],
    ['502 twice', { kind: 'answer', status: 502 }, 2],
    ['503 without a time', { kind: 'answer', status: 503 }, 2],
    ['503 for a second', { kind: 'answer', status: 503, headers: { 'retry-after': '1' } }, 1],
    ['504', { kind: 'answer', status: 504 }, 1],
    ['a cut connection', { kind: 'reset' }, 2],
    ['no answer at all', { kind: 'hang' }, 1],
  ];

  it.concurrent.each(passing)('is tried again: %s', async (_, act, times) => {
    const { admin, site, id } = await connected();
    await site.fault({ times, act });

    const { result, calls } = await during(site, () => search(admin, id, { query: 'ada' }));

    expect([result.status, titles(result)]).toEqual([200, ['Ada Lovelace']]);
    expect(calls).toHaveLength(times + 1);
  });

  it.each([400, 403, 404, 405, 410, 422, 501])('is not what %i is', async (status) => {
    const { admin, site, id } = await connected();
    await site.fault({ times: 1, act: { kind: 'answer', status } });

    const { result, calls } = await during(site, () => search(admin, id, { query: 'ada' }));

    expect(result.status).toBeGreaterThanOrEqual(400);
    expect(calls).toHaveLength(1);
  });

  it('is not tried again where the provider asks to wait for longer than a person would', async () => {
    const { admin, site, id } = await connected();
    await site.fault({ times: 1, act: { kind: 'answer', status: 503, headers: { 'retry-after': '20' } } });

    const { result, calls } = await during(site, () => search(admin, id, { query: 'ada' }));

    expect([result.status, result.headers.get('retry-after'), calls.length]).toEqual([502, '20', 1]);
  });

  it.each(['POST', 'PUT', 'PATCH', 'DELETE'])(
    'is not tried again for a %s, which may have been done',
    async (method) => {
      const { admin, site, id } = await connected();
      await site.fault({ times: 1, act: { kind: 'reset' } });

      const { result, calls } = await during(site, () =>
        admin.call(method, `/integrations/${id}/proxy/rest/api/3/issue/TEST-1`, { fields: {} }),
      );

      expect([result.status, result.body.code]).toEqual([503, 'provider_unreachable']);
      expect(calls).toHaveLength(1);
    },
  );

  it('of one integration leaves another alone', async () => {
    const [faulty, sound] = [await connected(), await connected()];
    await faulty.site.fault({ times: 3, act: { kind: 'answer', status: 500 } });

    const [refused, served] = await Promise.all([
      search(faulty.admin, faulty.id, { query: 'ada' }),
      search(sound.admin, sound.id, { query: 'ada' }),
    ]);

    expect([refused.status, served.status]).toEqual([502, 200]);
    expect((await faulty.admin.get(`/integrations/${faulty.id}`)).body.integration.status).toBe('active');
  });
});
