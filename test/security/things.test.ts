import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failuresOf, type Operation } from '../../lib/contract/define.ts';
import { type Cloud, removeData, startCloud } from '../support/cloud.ts';
import { settled } from '../support/table.ts';
import { attempt, comparable, expectNothing, idOf, type Line, lines, watched, withId } from './call.ts';
import {
  aCompany,
  aCompanyAtRest,
  aCompanyDisconnected,
  type Company,
  type Subject,
  subjects,
} from './company.ts';

/** What becomes of calls that name something: foreign, absent, of another kind, disabled, deleted. */

let cloud: Cloud;
let company: Company;
let atRest: Company;
let disconnected: Company;
beforeAll(async () => {
  cloud = await startCloud();
  company = await aCompany(cloud);
  atRest = await aCompanyAtRest(cloud);
  disconnected = await aCompanyDisconnected(cloud);
  await settled(cloud);
});
afterAll(async () => {
  await cloud.stop();
  removeData(cloud);
});

const naming = lines.filter(({ way }) => way.names !== null);
const usesProvider = (operation: Operation) => failuresOf(operation).includes('integration_disabled');

const random = (): string => randomBytes(16).toString('base64url');
const swapped: Record<string, string> = { o: 'u', u: 'o' };

/** The link of the same name in the other scope. */
const inOtherScope = (linkId: string): string => {
  const [scope = '', ...rest] = Buffer.from(linkId.slice(4), 'base64url').toString().split(' ');
  return `lnk_${Buffer.from([swapped[scope], ...rest].join(' ')).toString('base64url')}`;
};

const absentId = ({ way }: Line, { scope, entity }: Subject): string => {
  if (way.names === 'attempt') return `att_${randomBytes(32).toString('base64url')}`;
  if (way.names !== 'link') return `int_${scope[0]}_${random()}`;
  const hash = randomBytes(21).toString('base64url').slice(0, 27);
  return `lnk_${Buffer.from([scope[0], entity.type, entity.id, hash].join(' ')).toString('base64url')}`;
};

const otherKinds: Record<string, (line: Line, subject: Subject, company: Company) => string> = {
  'the other kind of thing': ({ way }, { integrationId, linkId }) =>
    way.names === 'link' ? integrationId : linkId,
  'the same thing in the other scope': (line, subject) =>
    line.way.names === 'link'
      ? inOtherScope(subject.linkId)
      : idOf(line, subject).replace(/^int_([ou])|^att_./, (_, scope = '') => `int_${swapped[scope]}`),
  'an event': () => `evt_${Date.now().toString(36)}${random().slice(0, 14)}`,
  'a provider': (_line, { provider }) => provider,
  'an entity': (_line, { entity }) => entity.id,
  'something external': (_line, { external }) => external.id,
  'an organisation': (_line, _subject, { admin }) => admin.organizationId,
  'a user': (_line, _subject, { member }) => member.userId,
};

const malformed: Record<string, (id: string) => string> = {
  'a letter less': (id) => id.slice(0, -1),
  'a letter more': (id) => `${id}A`,
  'other capitals': (id) => id.toUpperCase(),
  'a space before it': (id) => ` ${id}`,
  'a line break behind it': (id) => `${id}\n`,
  'a NUL behind it': (id) => `${id}\0`,
  'a key separator': (id) => id.replace('_', '#'),
  'its own partition before it': (id) => `INT#${id}`,
  'a way up': (id) => `../${id}`,
  'an encoded way up': (id) => `..%2f${id}`,
  'a percent sign': (id) => `${id.slice(0, -1)}%`,
  'letters of another script': (id) => id.replace(/[a-z]$|[A-Z]$|[0-9]$/, 'а'),
  'four hundred letters': (id) => id.padEnd(400, 'A'),
  'a name of every object': () => '__proto__',
  'a star': () => '*',
};

describe.each(naming)('$name', (line) => {
  const asked = (subject: Subject, id: string, holder = subject.holder) =>
    watched(cloud, () => attempt(cloud, line, company, withId(line, subject, id), holder));

  it.each(subjects)('answers the same for an absent and a foreign one (%s)', async (name) => {
    const subject = company[name];

    const absent = await asked(subject, absentId(line, subject));
    const foreign = await attempt(cloud, line, company, subject, company.stranger);

    expect(absent.reply).toMatchObject({ status: 404, body: { code: 'not_found' } });
    expectNothing(line, absent);
    expect(comparable(foreign)).toEqual(comparable(absent.reply));
  });

  it.each(subjects.flatMap((name) => Object.keys(otherKinds).map((kind) => [kind, name] as const)))(
    'does not take the id of %s (%s)',
    async (kind, name) => {
      const subject = company[name];

      const { reply, ...left } = await asked(subject, otherKinds[kind]?.(line, subject, company) ?? '');

      expect(reply).toMatchObject({ status: 404, body: { code: 'not_found' } });
      expectNothing(line, left);
    },
  );

  it.each(Object.keys(malformed))('does not take an id with %s', async (kind) => {
    const subject = company.organization;

    const { reply, ...left } = await asked(subject, malformed[kind]?.(idOf(line, subject)) ?? '');

    expect(reply).toMatchObject({ status: 404, body: { code: 'not_found' } });
    expectNothing(line, left);
  });

  it.each(subjects)('does not find one that was deleted, nor what hung on it (%s)', async (name) => {
    const subject = disconnected[name];

    const { reply, ...left } = await watched(cloud, () =>
      attempt(cloud, line, disconnected, subject, subject.holder),
    );
    const absent = await asked(company[name], absentId(line, company[name]));

    expect(reply).toMatchObject({ status: 404, body: { code: 'not_found' } });
    expect(comparable(reply)).toEqual(comparable(absent.reply));
    expectNothing(line, left);
  });
});

describe.each(naming.filter(({ operation }) => usesProvider(operation)))('$name', (line) => {
  it.each(subjects)('is refused without asking the provider while disabled (%s)', async (name) => {
    const subject = atRest[name];

    const { reply, ...left } = await watched(cloud, () =>
      attempt(cloud, line, atRest, subject, subject.holder),
    );

    expect(reply).toMatchObject({ status: 409, body: { code: 'integration_disabled' } });
    expectNothing(line, left);
  });
});

describe.each(naming.filter(({ operation }) => !usesProvider(operation)))('$name', (line) => {
  it('works while disabled', async () => {
    const own = await aCompanyAtRest(cloud);
    const allowed = Object.values(line.operation.answers).map(({ status }) => status);

    for (const name of subjects) {
      const reply = await attempt(cloud, line, own, own[name], own[name].holder);
      expect(allowed).toContain(reply.status);
    }
    await settled(cloud);
  });
});
