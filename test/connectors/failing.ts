import { describe, expect, it } from 'vitest';
import { AppError } from '../../lib/errors/error.ts';
import { describeError } from '../../lib/log/log.ts';
import { faults, providerText } from './faults.ts';
import type { Bench } from './subject.ts';

/** Whatever a provider does wrong is one error of the contract, soon and without a secret. */

export const errorOf = async (promise: Promise<unknown>): Promise<AppError> => {
  const outcome = await promise.then(
    (result) => new Error(`It should have failed, and gave ${JSON.stringify(result)}.`),
    (error: unknown) => error,
  );
  if (!(outcome instanceof AppError)) throw outcome;
  return outcome;
};

/** All that callers or the log get to see of an error. */
export const shown = (error: AppError): string =>
  JSON.stringify([error.message, error.errors, error.extra, describeError(error)]);

export const describeFailing = ({ id, connector, operations, secrets, front }: Bench): void => {
  const { adapter, open } = connector;

  const cases = faults.flatMap((fault) => operations.map((operation) => ({ fault, operation })));
  describe(`${id}: fails with one error of the contract when the provider`, () => {
    it.each(cases)(
      '$fault.name: $operation.name',
      async ({ fault, operation }) => {
        front().act(fault.act);

        const error = await errorOf(operation.run(open(fault.patience ? { patience: fault.patience } : {})));

        expect([error.code, error.retryAfter]).toEqual([fault.code, fault.retryAfter ?? null]);
        expect(front().seen()).toHaveLength(fault.calls);
        expect([providerText, ...secrets()].filter((text) => shown(error).includes(text))).toEqual([]);
      },
      4_000,
    );

    it.each(operations)('answers 404: $name', async ({ name, run }) => {
      front().act(({ response }) => response.writeHead(404).end(providerText));

      const outcome = run(open());

      if (name.startsWith('read')) expect(await outcome).toBeNull();
      else expect((await errorOf(outcome)).code).toBe('provider_not_found');
      expect(front().seen()).toHaveLength(1);
    });
  });

  describe(`${id}: a fault that passes`, () => {
    it.each(operations)('is not noticed: $name', async ({ run }) => {
      let faulty = 2;
      front().act(({ response, pass }) => {
        faulty -= 1;
        return faulty < 0 ? pass() : response.writeHead(503).end();
      });

      const late = await run(open());
      front().act(({ pass }) => pass());
      const usual = await run(open());

      expect(faulty).toBeLessThan(0);
      expect(late).toEqual(usual);
    });
  });

  describe(`${id}: limits`, () => {
    it('a redirect elsewhere is the fault of whoever gave the address, while it is being tried', async () => {
      front().act(({ response }) =>
        response.writeHead(302, { location: 'https://elsewhere.example/' }).end(),
      );

      const error = await errorOf(adapter.identify(open({ trying: true })));

      expect(error.code).toBe('invalid_url');
      expect(front().seen()).toHaveLength(1);
    });

    it('an endless body is broken off', async () => {
      let sent = 0;
      const ended = Promise.withResolvers<void>();
      front().act(({ response }) => {
        response.once('close', ended.resolve);
        const more = (): void => {
          while (!response.closed && response.write('x'.repeat(65_536))) sent += 65_536;
        };
        response.writeHead(200, { 'content-type': 'application/json' }).on('drain', more);
        more();
      });

      const error = await errorOf(adapter.identify(open()));
      await ended.promise;

      expect(error.code).toBe('provider_error');
      expect(sent).toBeLessThan(30_000_000);
    }, 4_000);

    it('a second try has no more time than is left', async () => {
      let first = true;
      front().act(({ request }) => {
        if (first) setTimeout(() => request.socket.destroy(), 1_000);
        first = false;
      });

      const error = await errorOf(adapter.identify(open({ patience: 1_300 })));

      expect(error.code).toBe('provider_unreachable');
      expect(front().seen()).toHaveLength(2);
    }, 2_100);
  });
};
