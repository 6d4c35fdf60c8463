import { describe, expect, it } from 'vitest';
import { caller } from '../support/api.ts';
import { accountOf } from './accounts.ts';
import { type Field, waysToConnect, waysToConsent } from './schemas.ts';

type Parts = Record<Field['in'], Record<string, string>>;

/** A form that knows no provider: it draws what the schema answer says and sends what a person typed. */
const filledIn = (fields: Field[], person: Parts): Parts => {
  const body: Parts = { settings: {}, credentials: {} };
  for (const field of fields.filter(({ required }) => required)) {
    const typed = person[field.in][field.name] ?? '';
    if (typed.length > field.maxLength) throw new Error(`${field.label} is too long.`);
    if (field.pattern !== null && !new RegExp(`^(?:${field.pattern})$`, 'u').test(typed))
      throw new Error(`${field.label} does not have the form the schema asks for.`);
    body[field.in][field.name] = typed;
  }
  return body;
};

const ways = await waysToConnect();

describe.each(ways)('the form of $id by $kind', ({ id, kind, fields, provider }) => {
  it('connects a working integration from the schema answer alone', async () => {
    const person = caller();
    const account = await accountOf(id);

    const connected = await person.post('/integrations/connect', {
      provider: id,
      scope: provider.scopes[0],
      auth: kind,
      ...filledIn(fields, account.connection),
    });

    expect(connected.status).toBe(201);
    const { integration } = connected.body;
    expect(integration).toMatchObject({ provider: id, status: 'active', health: { state: 'healthy' } });
    const tested = await person.post(`/integrations/${integration.id}/test`);
    expect(tested.body).toMatchObject({ ok: true });
    const type = provider.entities.find(({ searchable }) => searchable)?.type;
    const found = await person.post(`/integrations/${integration.id}/search`, { type, query: 'a' });
    expect(found.status).toBe(200);
  });

  it('tells which fields are secret, and exactly those are never sent back', async () => {
    const person = caller();
    const account = await accountOf(id);
    const body = filledIn(fields, account.connection);

    const { body: connected } = await person.post('/integrations/connect', {
      provider: id,
      scope: 'user',
      auth: kind,
      ...body,
    });
    const { body: listed, text } = await person.get('/integrations/connected');

    const named = (secret: boolean) =>
      fields.filter((field) => field.secret === secret).map(({ name }) => name);
    expect(Object.keys(connected.integration.secrets).toSorted()).toEqual(named(true).toSorted());
    const required = fields.filter((field) => field.required).map(({ name }) => name);
    expect(Object.keys(connected.integration.settings).toSorted()).toEqual(
      named(false)
        .filter((name) => required.includes(name))
        .toSorted(),
    );
    expect(listed.integrations[0].settings).toEqual(body.settings);
    expect(fields.filter(({ secret }) => secret).map((field) => field.in)).toEqual(
      named(true).map(() => 'credentials'),
    );
    const typed = fields.filter(({ type }) => type === 'password' || type === 'multiline');
    const secrets = typed.map(({ name }) => body.credentials[name] ?? '');
    expect(secrets).not.toEqual([]);
    expect(secrets.filter((secret) => text.includes(JSON.stringify(secret).slice(1, -1)))).toEqual([]);
  });

  it('asks for something', () => {
    expect(fields.filter(({ required }) => required).length).toBeGreaterThan(0);
  });
});

const allWays = [...ways, ...(await waysToConsent())];

describe.each(allWays)('the page of $id by $kind', ({ fields, guide, provider }) => {
  it('says of every field what it is, what to enter and how it is checked', () => {
    const described = fields.map(({ label, help, type, required, secret, maxLength, pattern }) => ({
      words: [label, help].map((text) => text.trim().length > 2),
      type,
      flags: [required, secret].map((flag) => typeof flag),
      bounded: maxLength > 0 && maxLength <= 10_000,
      pattern: pattern === null || new RegExp(pattern, 'u') instanceof RegExp,
    }));

    for (const one of described)
      expect(one).toEqual({
        words: [true, true],
        type: expect.stringMatching(/^(text|email|url|password|multiline)$/),
        flags: ['boolean', 'boolean'],
        bounded: true,
        pattern: true,
      });
  });

  it.each([
    ['this way', guide],
    ['all ways in one', provider.guide],
  ])('comes with a guide to %s: what it takes, steps, scopes and remedies', (_, told) => {
    const texts = [
      ...told.prerequisites,
      ...told.steps,
      ...told.scopes.flatMap(({ scope, purpose }) => [scope, purpose]),
      ...told.troubleshooting.flatMap(({ problem, remedy }) => [problem, remedy]),
    ];

    for (const list of [told.prerequisites, told.steps, told.scopes, told.troubleshooting])
      expect(list.length).toBeGreaterThan(0);
    expect(texts.filter((text) => text.trim().length < 3)).toEqual([]);
    expect(told.steps.some((step) => step.includes('https://'))).toBe(true);
  });
});

it('is shown for every provider that can be connected', () => {
  expect(ways.map(({ id }) => id)).toEqual(['jira', 'github', 'google_calendar', 'microsoft_outlook']);
});
