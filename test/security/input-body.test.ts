import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { type Cloud, removeData, startCloud } from '../support/cloud.ts';
import { expectProblem } from '../support/problem.ts';
import { secretForms } from '../support/secrets.ts';
import { settled } from '../support/table.ts';
import { lines, send, watched } from './call.ts';
import { aCompany, type Company } from './company.ts';
import { type Json, type Schema, withMember, wrongBodies } from './input-cases.ts';

/** What every operation makes of bodies that are wrong in one way, be it shape, size, form or bytes. */

let cloud: Cloud;
let company: Company;
beforeAll(async () => {
  cloud = await startCloud();
  company = await aCompany(cloud);
  await settled(cloud);
});
afterAll(async () => {
  await cloud.stop();
  removeData(cloud);
});

const nothingHappened = { removed: [], added: [], providerCalls: 0 };

/** Parts that a valid call may leave out, so that they are tried too. */
const optional: Record<string, (company: Company) => Record<string, Json>> = {
  'integrations.update': ({ site }) => ({ ...site.connection }),
};

const withBody = lines.filter(({ operation }) => operation.body !== null && operation.body !== 'raw');

describe.each(withBody)('the body of $name', (line) => {
  const { operation, way } = line;
  const schema = z.toJSONSchema(operation.body as z.ZodMiniType, { io: 'input' }) as Schema;

  const validBody = (): Record<string, Json> => ({
    ...(way.parts(company.organization, company).body as Record<string, Json>),
    ...optional[operation.id]?.(company),
  });
  const sent = async (
    raw: string | Uint8Array<ArrayBuffer>,
    contentType: string | null = 'application/json',
    who = company.admin,
  ) => {
    const { params, query } = way.parts(company.organization, company);
    const token = await who.token();
    return watched(cloud, () => send(cloud, line, { params, query, raw, contentType }, token));
  };

  it('is refused wherever a field is missing, unknown, too long or of another type', async () => {
    const wrong = wrongBodies(schema, validBody());
    expect(wrong.length).toBeGreaterThan(10);

    for (const { name, body, path } of wrong) {
      const { reply, ...left } = await sent(JSON.stringify(body));
      expectProblem(reply, operation.id, { code: 'invalid_request', path }, name);
      expect(left, name).toEqual(nothingHappened);
    }
  });

  it.each(['[]', '[{}]', '"text"', '7', 'true', 'null'])('is refused where it is %s', async (text) => {
    const { reply, ...left } = await sent(text);

    expectProblem(reply, operation.id, { code: 'invalid_request', path: 'body' });
    expect(left).toEqual(nothingHappened);
  });

  it.each([
    ['nothing', ''],
    ['half an object', '{"a":'],
    ['a comma too many', '{"a":1,}'],
    ['other quotes', "{'a':1}"],
    ['no number', '{"a":NaN}'],
    ['two documents', '{}{}'],
    ['a NUL behind it', '{}\0'],
    ['a line break in a text', '{"a":"\n"}'],
    ['an escape that is none', '{"a":"\\x41"}'],
    ['base64', Buffer.from('{"a":1}').toString('base64')],
    ['a form', 'a=1&b=2'],
  ])('is refused where it is no JSON: %s', async (_, text) => {
    const { reply, ...left } = await sent(text);

    expectProblem(reply, operation.id, { code: 'invalid_request', path: 'body' });
    expect(left).toEqual(nothingHappened);
  });

  it.each([
    ['a byte of no character', [0xff]],
    ['an overlong NUL', [0xc0, 0x80]],
    ['half a surrogate pair', [0xed, 0xa0, 0x80]],
    ['a character cut off', [0xe2, 0x82]],
  ])('is refused where it is no UTF-8: %s', async (_, bytes) => {
    const { reply, ...left } = await sent(
      Buffer.concat([Buffer.from('{"a":"'), Buffer.from(bytes), Buffer.from('"}')]),
    );

    expectProblem(reply, operation.id, { code: 'invalid_request', path: 'body' });
    expect(left).toEqual(nothingHappened);
  });

  it.each([
    ['33 deep in lists', '['.repeat(33) + ']'.repeat(33)],
    ['33 deep in objects', `${'{"a":'.repeat(33)}1${'}'.repeat(33)}`],
    ['100,000 deep', '['.repeat(100_000) + ']'.repeat(100_000)],
  ])('is refused where it is nested %s', async (_, text) => {
    const { reply, ...left } = await sent(text);

    expectProblem(reply, operation.id, { code: 'invalid_request', path: 'body' });
    expect(reply.body.detail).toBe('body is nested deeper than 32 levels.');
    expect(left).toEqual(nothingHappened);
  });

  it.each(['__proto__', 'constructor', 'prototype'])('is refused with a field %s anywhere', async (name) => {
    const bodies = withMember(validBody(), name);
    expect(bodies.length).toBeGreaterThan(0);

    for (const { text, path } of bodies) {
      const { reply, ...left } = await sent(text);
      expectProblem(reply, operation.id, { code: 'invalid_request', path });
      expect(left).toEqual(nothingHappened);
    }
  });

  it.each([
    ['one byte over 256 KB', 256 * 1024 + 1],
    ['300 KB', 300_000],
    ['1 MB', 1_000_000],
  ])('is refused when it is larger than it may be: %s', async (_, size) => {
    const { reply, ...left } = await sent(JSON.stringify(validBody()).padEnd(size));

    expectProblem(reply, operation.id, { code: 'payload_too_large' });
    expect(left).toEqual(nothingHappened);
  });

  it('may have 256 KB', async () => {
    const { reply } = await sent('{"a":1}'.padEnd(256 * 1024));

    expectProblem(reply, operation.id, { code: 'invalid_request', path: 'a' });
  });

  it.each([
    null,
    'text/plain',
    'text/json',
    'application/jsonp',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/octet-stream',
    'application/json; charset=latin1',
    'application/json, text/plain',
  ])('is refused as %s', async (contentType) => {
    const { reply, ...left } = await sent(JSON.stringify(validBody()), contentType);

    expectProblem(reply, operation.id, { code: 'unsupported_media_type' });
    expect(left).toEqual(nothingHappened);
  });

  it.each(['application/json; charset=utf-8', 'APPLICATION/JSON', 'application/json;charset="UTF-8"'])(
    'is read as %s',
    async (contentType) => {
      const { reply } = await sent('{"a":1}', contentType);

      expectProblem(reply, operation.id, { code: 'invalid_request', path: 'a' });
    },
  );

  it('is checked before anybody asks what it is about and whether they may', async () => {
    const replies = [
      await sent('{"a":1}', 'application/json', company.stranger),
      await sent('{"a":1}', 'application/json', company.member),
    ];

    for (const { reply, ...left } of replies) {
      expectProblem(reply, operation.id, { code: 'invalid_request', path: 'a' });
      expect(left).toEqual(nothingHappened);
    }
  });
});

describe('a log', () => {
  it('has no part of any of these bodies', () => {
    const log = readFileSync(join(cloud.data, 'functions.log'), 'utf8');

    expect(log.split('\n').length).toBeGreaterThan(withBody.length * 30);
    expect(secretForms(log)).toEqual([]);
    expect(log).not.toMatch(/intruder|isAdmin|nonsense|xxxxx/);
  });
});
