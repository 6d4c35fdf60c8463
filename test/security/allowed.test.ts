import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Cloud, removeData, startCloud } from '../support/cloud.ts';
import { settled } from '../support/table.ts';
import { attempt, lines, onlyReads, roleOf, watched } from './call.ts';
import { aCompany, type Company } from './company.ts';

/** Who may call what, the other half of the matrix; calls that write have companies of their own. */

let cloud: Cloud;
let shared: Company;
beforeAll(async () => {
  cloud = await startCloud();
  shared = await aCompany(cloud);
});
afterAll(async () => {
  await cloud.stop();
  removeData(cloud);
});

const guarded = lines.filter(({ operation }) => roleOf(operation) !== null);
const ofOwnData = guarded.filter(({ way }) => way.names === null);

describe.each(ofOwnData)('$name', (line) => {
  let own: Company;
  beforeAll(async () => {
    own = onlyReads(line) ? shared : await aCompany(cloud);
    await settled(cloud);
  });

  it.each([
    ['another organisation’s admin', 'stranger', ['organization', 'personal']],
    ['an admin of the same organisation', 'admin', ['personal']],
    ['another member', 'colleague', ['personal']],
  ] as const)('shows %s nothing that is not theirs, and changes none of it', async (_, who, what) => {
    const hidden = what.flatMap((name) => own[name].marks);
    const subject = own[what[0]];

    const { reply, removed } = await watched(cloud, () => attempt(cloud, line, own, subject, own[who]));
    await settled(cloud);

    expect([200, 201, 202, 204, 403, ...(line.way.elsewhere ? [404] : [])]).toContain(reply.status);
    expect(hidden.filter((mark) => reply.text.includes(mark))).toEqual([]);
    // What is the caller's own may change.
    const others = who === 'stranger' ? [...hidden, own.admin.organizationId] : hidden;
    expect(removed.filter((item) => others.some((mark) => item.includes(mark)))).toEqual([]);
  });
});

describe.each(guarded)('$name', (line) => {
  it('succeeds for all who may', async () => {
    const own = onlyReads(line) ? shared : await aCompany(cloud);
    const memberMay = roleOf(line.operation) === 'member' && line.way.member === undefined;
    const ownerMay = roleOf(line.operation) !== 'admin';
    const allowed = Object.values(line.operation.answers).map(({ status }) => status);
    const done = async (subject: 'organization' | 'personal', who: 'admin' | 'member') => {
      const reply = await attempt(cloud, line, own, own[subject], own[who]);
      if (line.way.shows) expect(reply.text).toContain(own[subject].integrationId);
      return reply.headers.get('x-answered-by') === 'provider' ? allowed[0] : reply.status;
    };

    if (memberMay) expect(allowed).toContain(await done('organization', 'member'));
    expect(allowed).toContain(await done('organization', 'admin'));
    if (ownerMay) expect(allowed).toContain(await done('personal', 'member'));
  });
});
