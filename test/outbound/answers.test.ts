import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createSilent, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { createGzip } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import type { Network } from '../../lib/outbound/dial.ts';
import { type DoorOptions, openDoor } from '../../lib/outbound/door.ts';
import { OutboundError } from '../../lib/outbound/failure.ts';

/** What the door makes of redirects, of answers that grow and of hosts that say nothing, over loopback. */

const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  delete process.env['STANDIN_ORIGINS'];
  for (const stop of stops.splice(0)) await stop();
});

const portOf = (server: { address: () => AddressInfo | string | null }): number =>
  (server.address() as AddressInfo).port;

/** A door to two origins, both served by this; with the hosts and paths it was asked for. */
const doorTo = async (serve: RequestListener, options: Partial<DoorOptions> = {}) => {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${String(request.headers['x-forwarded-host'])}${request.url}`);
    serve(request, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  stops.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  process.env['STANDIN_ORIGINS'] = JSON.stringify({ two: `http://127.0.0.1:${portOf(server)}` });
  const origins = ['https://api.example.com', 'https://files.example.com'];
  return { door: openDoor({ provider: 'two', origins, ...options }), asked };
};

const failureOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    (answer) => answer,
    (error: unknown) => error,
  );

const redirectingTo =
  (location: string): RequestListener =>
  ({ url }, response) => {
    if (url === '/from') response.writeHead(302, { location }).end();
    else response.writeHead(200).end('arrived');
  };

describe('a redirect', () => {
  it.each(['/to', 'https://api.example.com/to'])('to %s is followed on its origin', async (location) => {
    const { door, asked } = await doorTo(redirectingTo(location));

    const response = await door('https://api.example.com/from');

    expect(await response.text()).toBe('arrived');
    expect(asked).toEqual(['api.example.com/from', 'api.example.com/to']);
  });

  it('is not followed to another origin, not even to one that is allowed', async () => {
    const { door, asked } = await doorTo(redirectingTo('https://files.example.com/to'));

    const failure = await failureOf(
      door('https://api.example.com/from', { headers: { authorization: 'Bearer of-this-origin' } }),
    );

    expect(failure).toBeInstanceOf(OutboundError);
    expect(failure).toMatchObject({ reason: 'redirect', sent: true });
    expect(asked).toEqual(['api.example.com/from']);
  });

  it('is not followed with what writes', async () => {
    const { door, asked } = await doorTo(redirectingTo('/to'));

    const failure = await failureOf(door('https://api.example.com/from', { method: 'POST', body: '{}' }));

    expect(failure).toMatchObject({ reason: 'redirect', sent: true });
    expect(asked).toEqual(['api.example.com/from']);
  });
});

const mostBytes = 1_000_000;

/** A thousandth of what it unpacks to, without an end; resolves when nobody reads it any more. */
const bomb = () => {
  const dropped = Promise.withResolvers<void>();
  const serve: RequestListener = (_request, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip' });
    const gzip = createGzip();
    gzip.pipe(response);
    const zeros = Buffer.alloc(100_000);
    const write = (): void => {
      while (!response.destroyed) if (!gzip.write(zeros)) break;
    };
    gzip.on('drain', write);
    response.once('close', () => {
      gzip.destroy();
      dropped.resolve();
    });
    write();
  };
  return { serve, dropped: dropped.promise };
};

describe('an answer that unpacks to more than is allowed', () => {
  it('is cut where its unpacked bytes are too many, and the rest is not read', async () => {
    const { serve, dropped } = bomb();
    const told: OutboundError[] = [];
    const { door } = await doorTo(serve, {
      limits: { headers: 5_000, total: 60_000, body: mostBytes },
      failed: (error) => told.push(error),
    });

    const response = await door('https://api.example.com/bomb');
    const sizes: number[] = [];
    const read = async (): Promise<void> => {
      for await (const chunk of response.body ?? []) {
        sizes.push(chunk.byteLength);
        if (sizes.reduce((sum, size) => sum + size, 0) > 10 * mostBytes) throw new Error('It was not cut.');
      }
    };
    const failure = await failureOf(read());
    await dropped;

    expect(failure).toMatchObject({ reason: 'too_large' });
    expect(told.map(({ reason }) => reason)).toEqual(['too_large']);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(mostBytes);
    expect(sizes.length).toBeGreaterThan(0);
  });
});

describe('a host that takes the connection and says nothing', () => {
  it('is given up while connecting, so that surely nothing was sent', async () => {
    const accepted: Socket[] = [];
    const silent = createSilent((socket) => accepted.push(socket)).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    stops.push(async () => {
      for (const socket of accepted) socket.destroy();
      await new Promise((resolve) => silent.close(resolve));
    });
    const dialled: string[] = [];
    const sockets: Socket[] = [];
    const network: Network = {
      lookup: async () => [{ address: '8.8.8.8' }],
      tls: ({ host }) => {
        dialled.push(host);
        const socket = connectTls({ host: '127.0.0.1', port: portOf(silent) });
        sockets.push(socket);
        return socket;
      },
    };
    // With the usual limits, of which the one for connecting is to be the first that is reached.
    const door = openDoor({ provider: 'none', origins: ['https://slow.example.com'], network });

    const failure = await failureOf(door('https://slow.example.com/'));

    expect(failure).toMatchObject({ reason: 'unreachable', sent: false });
    expect(dialled).toEqual(['8.8.8.8']);
    expect(sockets.map(({ destroyed }) => destroyed)).toEqual([true]);
  });
});
