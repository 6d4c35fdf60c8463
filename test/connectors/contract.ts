import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Standin } from '../../infra/local/standins/standin.ts';
import { codes } from '../../lib/contract/codes.ts';
import { setEnvironment } from '../support/parts.ts';
import { plantedSecret } from '../support/secrets.ts';
import { describeAddresses } from './addresses.ts';
import { describeFailing, errorOf, shown } from './failing.ts';
import { type Front, startFront } from './front.ts';
import { describeHostility } from './hostility.ts';
import { describePaging } from './paging.ts';
import { itemsIn, opened, operationsOf, type Subject } from './subject.ts';

/** What holds for every connector, proven with its own stand-in; `test/connectors/<id>.test.ts` calls it. */

/** The forms in which a credential travels. */
const formsOf = (credentials: Record<string, string>): string[] =>
  Object.values(credentials).flatMap((value) => [
    value,
    encodeURIComponent(value),
    Buffer.from(value).toString('base64').replace(/=+$/, ''),
    Buffer.from(Object.values(credentials).join(':')).toString('base64').replace(/=+$/, ''),
  ]);

export const describeConnector = async (id: string, subject: Subject): Promise<void> => {
  const connector = await opened(id, subject);
  const { open } = connector;
  const operations = operationsOf(subject, connector);
  const { credentials } = subject.connection;
  const secrets = formsOf(credentials);
  let standin: Standin;
  let front: Front;

  beforeAll(async () => {
    standin = await subject.start({ file: null });
    front = await startFront(standin.origin);
    setEnvironment({ STANDIN_ORIGINS: JSON.stringify({ [id]: front.origin }) });
  });
  beforeEach(() => {
    // Full jitter includes no wait at all: here nobody waits for it.
    vi.spyOn(Math, 'random').mockReturnValue(0);
    front.act(({ pass }) => pass());
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });
  afterAll(async () => {
    await front.stop();
    await standin.stop();
  });

  describe(`${id}: credentials`, () => {
    it('are identified where they are right', async () => {
      const identity = await connector.adapter.identify(open());

      expect(identity.account.id).toMatch(/./);
      expect(identity.account).toMatchObject({
        name: expect.any(String),
        url: expect.stringMatching(/^https:/),
      });
      expect(front.seen()).toHaveLength(1);
    });

    it.each(Object.keys(credentials))('are refused where %s is wrong', async (name) => {
      const wrong = plantedSecret('wrong');

      const error = await errorOf(
        connector.adapter.identify(open({ credentials: { ...credentials, [name]: wrong }, trying: true })),
      );

      expect(error.code).toBe('provider_unauthorized');
      expect(shown(error)).not.toContain(wrong);
    });

    it.each(Object.keys(credentials))('become no header of their own by a line break in %s', async (name) => {
      const broken = { ...credentials, [name]: 'x\r\nx-smuggled: 1' };

      const error = await errorOf(connector.adapter.identify(open({ credentials: broken })));

      expect(Object.keys(codes)).toContain(error.code);
      expect(front.seen().filter(({ headers }) => 'x-smuggled' in headers)).toEqual([]);
    });

    it.each(operations)('stay out of every address: $name', async ({ run }) => {
      await run(open());

      const asked = front.seen();
      expect(asked.length).toBeGreaterThan(0);
      for (const { url, headers } of asked) {
        expect(secrets.filter((secret) => url.includes(secret))).toEqual([]);
        expect(
          Object.keys(headers).filter((name) => secrets.some((s) => headers[name]?.includes(s))),
        ).toEqual(['authorization']);
      }
    });
  });

  describe(`${id}: what is known`, () => {
    it.each(operations.filter(({ name }) => name !== 'identify'))('is found: $name', async ({ run }) => {
      expect(itemsIn(await run(open()))).not.toEqual([]);
    });
  });

  const bench = { id, subject, connector, operations, secrets, front: () => front };
  describeFailing(bench);
  describePaging(bench);
  describeHostility(bench);
  describeAddresses(bench);
};
