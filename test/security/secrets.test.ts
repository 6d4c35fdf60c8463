import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Fault } from '../../infra/local/standins/standin.ts';
import type { Reply } from '../support/api.ts';
import { newId } from '../support/api.ts';
import { type Cloud, removeData, startCloud } from '../support/cloud.ts';
import { filesIn, leaksOf, secretForms } from '../support/secrets.ts';
import { dumpOf, settled } from '../support/table.ts';
import { attempt, lines } from './call.ts';
import { aCompany, subjects } from './company.ts';
import type { Planted } from './planted.ts';
import { plants } from './plants.ts';

/** Secrets are planted in every credential field of every provider; then everything is done, and they are searched for. */

let cloud: Cloud;
let planted: Planted[];
const replies: Reply[] = [];
const secrets = (): string[] => planted.flatMap((one) => one.secrets);

const noted = async (reply: Promise<Reply>): Promise<Reply> => {
  replies.push(await reply);
  return reply;
};
const textOf = ({ headers, text }: Reply): string => `${JSON.stringify([...headers])}\n${text}`;
const answersSecret = (reply: Reply): string[] => [
  ...leaksOf(textOf(reply), secrets()),
  ...secretForms(textOf(reply)),
];

beforeAll(async () => {
  cloud = await startCloud();
  planted = [];
  for (const plant of Object.values(plants)) planted.push(await plant(cloud));
});
afterAll(async () => {
  await cloud.stop();
  removeData(cloud);
});

describe('a secret', () => {
  it('is planted in every credential field of every provider that can be connected', async () => {
    const { caller } = planted[0] as Planted;

    const { body } = await noted(caller.get('/integrations/available?status=available'));

    const fields = body.providers.flatMap(
      ({ id, auth }: { id: string; auth: { fields: { name: string; in: string }[] }[] }) =>
        auth.flatMap((method) =>
          method.fields.filter((field) => field.in === 'credentials').map(({ name }) => `${id}.${name}`),
        ),
    );
    const planting = planted.flatMap(({ provider, connection }) =>
      Object.keys(connection.credentials).map((name) => `${provider}.${name}`),
    );
    expect(planting.toSorted()).toEqual(fields.toSorted());
    for (const { connection } of planted)
      for (const value of Object.values(connection.credentials))
        expect(leaksOf(value, secrets())).toContain('in clear');
  });

  it('is in no answer when things go well', async () => {
    const shared = await aCompany(cloud);
    for (const line of lines) {
      // Whatever changes something has a company of its own.
      const changes = (line.way.method ?? line.operation.methods[0]) !== 'GET';
      const company = changes ? await aCompany(cloud) : shared;
      for (const name of subjects)
        await noted(attempt(cloud, line, company, company[name], company[name].holder));
    }
    for (const { holderCalls } of planted) for (const call of holderCalls) await noted(call());

    expect(replies.length).toBeGreaterThan(2 * lines.length);
    for (const reply of replies) expect(answersSecret(reply), textOf(reply)).toEqual([]);
  }, 240_000);

  it('is told of only by whether it is set, and since when', async () => {
    for (const { caller, integrationId } of planted) {
      const { body } = await noted(caller.get(`/integrations/${integrationId}`));

      const told = Object.values(body.integration.secrets);
      expect(told.length).toBeGreaterThan(0);
      for (const one of told) expect(one).toEqual({ set: true, updatedAt: expect.stringMatching(/^\d{4}-/) });
      expect(Object.keys(body.integration)).not.toContain('credentials');
      expect(Object.keys(body.integration)).not.toContain('sealed');
    }
  });
});

type Act = Fault['act'];
/** What a provider may do with a secret it was sent. */
const careless: Record<string, (secret: string) => Act> = {
  ...Object.fromEntries(
    [200, 401, 403, 404, 418, 429].map((status) => [
      `answers ${status} with it in the body and in headers`,
      (secret: string): Act => ({
        kind: 'answer',
        status,
        headers: {
          'x-echo': secret,
          etag: `"${secret}"`,
          link: `<https://api.github.com/?token=${encodeURIComponent(secret)}>; rel="next"`,
          'retry-after': secret,
          'www-authenticate': `Basic realm="${encodeURIComponent(secret)}"`,
        },
        body: { message: `bad token ${secret}`, errors: [{ message: secret, token: secret }] },
      }),
    ]),
  ),
  'answers with JSON that is cut off behind it': (secret) => ({
    kind: 'answer',
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: `{"accountId":"${secret}`,
  }),
  'answers with a page that shows it': (secret) => ({
    kind: 'answer',
    status: 200,
    headers: { 'content-type': 'text/html' },
    body: `<html>${secret}</html>`,
  }),
  'redirects to itself with it in the address': (secret) => ({
    kind: 'answer',
    status: 302,
    headers: { location: `/echo?token=${encodeURIComponent(secret)}` },
  }),
  'redirects elsewhere with it in the address': (secret) => ({
    kind: 'answer',
    status: 307,
    headers: { location: `https://collector.example/?token=${encodeURIComponent(secret)}` },
  }),
};

describe.each(Object.keys(plants))('%s, which', (provider) => {
  it.each(Object.keys(careless))('%s, gives it to nobody', async (name) => {
    const { fault, holderCalls, mend, echo, met } = planted.find(
      (one) => one.provider === provider,
    ) as Planted;
    for (const call of holderCalls) {
      await fault(careless[name]?.(echo) as Act);
      const reply = await noted(call());
      expect(await met(), textOf(reply)).toBe(true);
      await mend();
      expect(answersSecret(reply), textOf(reply)).toEqual([]);
    }
  });
});

describe('afterwards', () => {
  it('no file of the local cloud holds any of them, though it holds all else', async () => {
    const { caller, rename, provider } = planted[0] as Planted;
    const visible = newId('visible');
    const { headers } = await rename(visible);
    const requestId = headers.get('x-request-id') ?? '';
    await settled(cloud);

    const files = filesIn(cloud.data);

    const holding = (text: string): string[] =>
      files.filter((file) => file.text.includes(text)).map(({ name }) => name);
    expect(holding(visible).some((name) => name.startsWith('table.db'))).toBe(true);
    expect(holding(requestId)).toContain('functions.log');
    expect(holding(provider).length).toBeGreaterThan(0);
    expect(holding(caller.organizationId).length).toBeGreaterThan(0);
    for (const { name, text } of files)
      expect([...leaksOf(text, secrets()), ...secretForms(text)], name).toEqual([]);
  });

  it('no item of the table holds any of them, whatever it packs', async () => {
    const items = await dumpOf(cloud);
    const packed = items.flatMap((item) =>
      [...item.matchAll(/"packed":\{"B":"([^"]+)"/g)].map(([, bytes = '']) =>
        gunzipSync(Buffer.from(bytes, 'base64')).toString(),
      ),
    );

    expect(items.length).toBeGreaterThan(100);
    expect(packed.length).toBeGreaterThan(0);
    for (const text of [...items, ...packed])
      expect([...leaksOf(text, secrets()), ...secretForms(text)], text.slice(0, 200)).toEqual([]);
  });

  it('nothing was printed of them', () => {
    const text = cloud.printed() + cloud.told();

    expect(text).toContain('ready');
    expect([...leaksOf(text, secrets()), ...secretForms(text)]).toEqual([]);
  });
});
