import { beforeEach, describe, expect, it } from 'vitest';
import { rowsOf } from '../integrations/stored.ts';
import { type Caller, caller } from '../support/api.ts';
import { type Attempt, type Back, begin, complete, type Person, wentThrough } from '../support/consent.ts';
import { aPerson, tokenCalls } from './people.ts';

/** Nobody is connected to what somebody else consented to, whichever of the two was led astray. */

let attacker: Caller;
let account: Person;
beforeEach(async () => {
  attacker = caller();
  account = await aPerson('google_calendar');
});

const victims: Record<string, () => Caller> = {
  'another admin of the same organisation': () => caller({ organizationId: attacker.organizationId }),
  'a member of the same organisation': () =>
    caller({ organizationId: attacker.organizationId, role: 'member' }),
  'an admin of another organisation': () => caller(),
};

const expectUnknown = async (reply: ReturnType<typeof complete>): Promise<void> =>
  expect(await reply).toMatchObject({ status: 404, body: { code: 'not_found' } });

/** No code was exchanged and nothing is connected, for none of them. */
const expectNothingConnected = async (...who: Caller[]): Promise<void> => {
  expect(await tokenCalls('google_calendar', account)).toEqual([]);
  for (const one of who) expect((await rowsOf(one)).map(({ sk }) => sk)).toEqual([]);
};

const ticketOf = (letter: string): string => letter.repeat(43);

describe.each(Object.keys(victims))('%s', (name) => {
  let victim: Caller;
  beforeEach(() => {
    victim = victims[name]?.() as Caller;
  });

  describe('who follows an attacker’s link and consents', () => {
    let attempt: Attempt;
    let back: Back;
    beforeEach(async () => {
      attempt = await begin(attacker, 'google_calendar', 'user');
      back = await wentThrough(attempt, account);
    });

    it('is not connected, and ends the attempt by trying', async () => {
      await expectUnknown(complete(victim, back));
      await expectUnknown(complete(attacker, back));

      await expectNothingConnected(victim, attacker);
    });

    it('does not connect the attacker, who has no ticket', async () => {
      for (const ticket of [ticketOf('A'), attempt.id.slice(4), 'x'])
        await expectUnknown(complete(attacker, { attempt: attempt.id, ticket }));

      await expectNothingConnected(victim, attacker);
    });
  });

  it('who is led to a page with the attacker’s ticket is not connected to the attacker’s account', async () => {
    const back = await wentThrough(await begin(attacker, 'google_calendar', 'user'), account);

    await expectUnknown(complete(victim, back));

    await expectNothingConnected(victim, attacker);
  });

  it('whose link an attacker consents to first is not connected to the attacker’s account', async () => {
    const attempt = await begin(victim, 'google_calendar', 'user');
    const back = await wentThrough(attempt, account);

    await expectUnknown(complete(victim, { attempt: attempt.id, ticket: ticketOf('B') }));
    await expectUnknown(complete(attacker, back));
    await expectUnknown(complete(victim, back));

    await expectNothingConnected(victim, attacker);
  });
});

describe('an attempt', () => {
  it('ends with the fifth wrong ticket, not before', async () => {
    const [patient, hasty] = await Promise.all(
      [1, 2].map(async () => wentThrough(await begin(attacker, 'google_calendar', 'user'), account)),
    );
    const guess = async (back: Back | undefined, times: number): Promise<void> => {
      for (let count = 1; count <= times; count += 1)
        await expectUnknown(
          complete(attacker, { attempt: back?.attempt ?? '', ticket: ticketOf(String(count)) }),
        );
    };

    await guess(patient, 4);
    await guess(hasty, 5);

    await expectUnknown(complete(attacker, hasty as Back));
    expect((await complete(attacker, patient as Back)).status).toBe(201);
  });

  it('is unknown to the same user in another organisation, and not ended by that', async () => {
    const elsewhere = caller({ userId: attacker.userId });
    const back = await wentThrough(await begin(attacker, 'google_calendar', 'user'), account);

    await expectUnknown(complete(elsewhere, back));
    await expectNothingConnected(elsewhere, attacker);
    expect((await complete(attacker, back)).status).toBe(201);
  });

  it('cannot be completed before anybody consented', async () => {
    const attempt = await begin(attacker, 'google_calendar', 'user');

    await expectUnknown(complete(attacker, { attempt: attempt.id, ticket: ticketOf('C') }));

    await expectNothingConnected(attacker);
  });

  it('for the organisation cannot be completed by who is no admin any more', async () => {
    const demoted = caller({ ...attacker, role: 'member' });
    const back = await wentThrough(await begin(attacker, 'google_calendar'), account);

    const reply = await complete(demoted, back);

    expect(reply).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    await expectNothingConnected(demoted);
  });

  it('needs a session: a ticket alone completes nothing', async () => {
    const back = await wentThrough(await begin(attacker, 'google_calendar', 'user'), account);

    const { status } = await attacker.call(
      'POST',
      `/oauth/attempts/${back.attempt}/complete`,
      { ticket: back.ticket },
      { headers: { authorization: '' } },
    );

    expect(status).toBe(401);
    await expectNothingConnected(attacker);
  });
});
