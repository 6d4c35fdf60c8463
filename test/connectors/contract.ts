import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Standin } from '../../infra/local/standins/standin.ts';
import { codes } from '../../lib/contract/codes.ts';
import { tryCredentialsOf } from '../../lib/integrations/attempt.ts';
import { setEnvironment } from '../support/parts.ts';
import { plantedSecret } from '../support/secrets.ts';
import { describeAddresses } from './addresses.ts';
import { describeFailing, errorOf, shown } from './failing.ts';
import { type Front, startFront } from './front.ts';
import { describeHostility } from './hostility.ts';
import { describePaging } from './paging.ts';
import { itemsIn, type Opened, opened, operationsOf, type Subject } from './subject.ts';

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
  describe(`by ${subject.auth}`, () => describeConnection(id, subject, connector));
};

const describeConnection = (id: string, subject: Subject, connector: Opened): void => {
  const { open, names, sent } = connector;
  const operations = operationsOf(subject, connector);
  const secrets = (): string[] => formsOf(sent());
  let standin: Standin;
  let front: Front;

  beforeAll(async () => {
    standin = await subject.start({ file: null });
    front = await startFront(standin.origin);
    setEnvironment({ STANDIN_ORIGINS: JSON.stringify({ [id]: front.origin }) });
    await connector.connect(standin);
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

      const { id: account, name, url } = identity.account;
      expect([account, name].map((text) => typeof text === 'string' && text !== '')).toEqual([true, true]);
      expect(url ?? 'https://').toMatch(/^https:/);
      expect(front.seen()).toHaveLength(1);
    });

    it.each(names)('are refused where %s is wrong', async (name) => {
      const wrong = plantedSecret('wrong');

      const error = await errorOf(
        connector.adapter.identify(open({ sent: { ...sent(), [name]: wrong }, trying: true })),
      );

      expect(error.code).toBe('provider_unauthorized');
      expect(shown(error)).not.toContain(wrong);
    });

    it.each(names)('become no header of their own by a line break in %s', async (name) => {
      const broken = { ...sent(), [name]: 'x\r\nx-smuggled: 1' };

      const error = await errorOf(connector.adapter.identify(open({ sent: broken })));

      expect(Object.keys(codes)).toContain(error.code);
      expect(front.seen().filter(({ headers }) => 'x-smuggled' in headers)).toEqual([]);
    });

    it.each(operations)('stay out of every address: $name', async ({ run }) => {
      await run(open());

      const asked = front.seen();
      expect(asked.length).toBeGreaterThan(0);
      for (const { url, headers } of asked) {
        expect(secrets().filter((secret) => url.includes(secret))).toEqual([]);
        expect(
          Object.keys(headers).filter((name) => secrets().some((s) => headers[name]?.includes(s))),
        ).toEqual(['authorization']);
      }
    });
  });

  const { settings = {}, credentials } = subject.connection;
  const made = subject.auth === 'api_token' ? [] : Object.keys(credentials);
  if (made.length > 0)
    describe(`${id}: credentials that make tokens`, () => {
      it.each(made)('are refused where %s is wrong, without a word of it', async (name) => {
        const wrong = subject.wrong?.[name] ?? plantedSecret('wrong');

        const error = await errorOf(
          tryCredentialsOf(connector.manifest, subject.auth, {
            settings,
            credentials: { ...credentials, [name]: wrong },
          }),
        );

        expect(error.code).toBe('provider_unauthorized');
        expect(
          [...formsOf({ wrong }), ...formsOf(credentials)].filter((form) => shown(error).includes(form)),
        ).toEqual([]);
        expect(front.seen()).toHaveLength(1);
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
