import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { footprint } from '../integrations/stored.ts';
import { expectProblem } from '../integrations/told.ts';
import { caller } from '../support/api.ts';
import { aGoogleCalendar, anOutlookMailbox } from '../support/calendars.ts';
import { bodyOf, google, outlook, readonly, robotOf } from './wrong.ts';

/** Whatever is wrong with what was typed in is told by its code and a hint, and nothing is stored. */

const cases = [
  ...google.map((one) => ({ name: 'Google', make: () => aGoogleCalendar(), ...one })),
  ...outlook.map((one) => ({ name: 'Outlook', make: () => anOutlookMailbox(), ...one })),
];

describe('connecting', () => {
  it.each(cases)('$name with $what is $code, with a hint', async ({ make, arrange, code }) => {
    const [admin, calendar] = [caller(), await make()];
    const body = bodyOf(calendar, await arrange(calendar));
    const before = await footprint(admin);

    const connecting = await admin.post('/integrations/connect', body);
    const trying = await admin.post('/integrations/test', body);

    expectProblem(connecting, 422, code);
    expect(trying.body).toEqual({ ok: false, code, hint: expect.stringMatching(/\w+ \w+ \w+/) });
    expect(await footprint(admin)).toEqual(before);
  });

  it.each([
    ['no key', 'not base64 at all'],
    [
      'a key of another kind',
      generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    ],
  ])('Google with %s names the field and asks nobody', async (_, text) => {
    const [admin, calendar] = [caller(), await aGoogleCalendar()];
    const privateKey = text.startsWith('-----')
      ? text
      : `-----BEGIN PRIVATE KEY-----\n${text}\n-----END PRIVATE KEY-----\n`;
    const body = bodyOf(calendar, { credentials: { privateKey } });

    for (const path of ['/integrations/connect', '/integrations/test'])
      expectProblem(await admin.post(path, body), 400, 'invalid_request', 'credentials.privateKey');

    expect([...(await calendar.calls()), ...(await calendar.tokenCalls())]).toEqual([]);
  });

  it('Google takes a key as it stands in its file, line breaks written out', async () => {
    const [admin, calendar] = [caller(), await aGoogleCalendar()];
    const privateKey = (calendar.connection.credentials['privateKey'] ?? '').replaceAll('\n', '\\n');

    const { status } = await admin.post(
      '/integrations/connect',
      bodyOf(calendar, { credentials: { privateKey } }),
    );

    expect(status).toBe(201);
  });

  it('Google acts for somebody who delegated to the account, and sees what that person sees', async () => {
    const [admin, calendar] = [caller(), await aGoogleCalendar()];
    const { owner, control } = calendar;
    await control('share', { calendar: owner, with: robotOf(calendar), role: 'none' });
    await control('service-accounts/delegate', {
      email: robotOf(calendar),
      delegations: [{ domain: owner.split('@')[1], scopes: [readonly] }],
    });
    await calendar.add({
      summary: 'Own event',
      start: { dateTime: '2027-03-22T09:00:00Z' },
      end: { dateTime: '2027-03-22T10:00:00Z' },
    });

    const { status, body } = await admin.post(
      '/integrations/connect',
      bodyOf(calendar, { settings: { subject: owner } }),
    );
    const found = await admin.post(`/integrations/${body.integration.id}/search`, {
      from: '2027-03-22',
      to: '2027-03-22',
    });

    expect(status).toBe(201);
    expect(found.body.items).toMatchObject([{ title: 'Own event' }]);
  });
});
