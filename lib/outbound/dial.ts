import { lookup as systemLookup } from 'node:dns/promises';
import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { standinOrigins } from '../config/env.ts';
import { isPublicAddress } from './addresses.ts';
import { OutboundError } from './failure.ts';

/** How names become sockets; a test passes its own to record what would be dialled. */
export type Network = {
  lookup: (hostname: string) => Promise<{ address: string }[]>;
  tls: (options: { host: string; port: number; servername: string }) => Socket;
};

export const realNetwork: Network = {
  lookup: (hostname) => systemLookup(hostname, { all: true, verbatim: false }),
  tls: (options) => connectTls({ ...options, ALPNProtocols: ['http/1.1'] }),
};

const connectTimeout = 3_000;

const connected = (socket: Socket, event: 'connect' | 'secureConnect'): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => socket.destroy(new OutboundError('unreachable', false)), connectTimeout);
    socket.once(event, () => {
      clearTimeout(timer);
      resolve(socket);
    });
    socket.once('error', (error) => {
      clearTimeout(timer);
      reject(error instanceof OutboundError ? error : new OutboundError('unreachable', false, error));
    });
  });

/**
 * A socket to a public address of the name, checked three times: as a literal, in every DNS answer,
 * and on the socket. The address that was checked is the one dialled, so a name cannot be rebound.
 */
export const dial = async (hostname: string, port: number, network: Network): Promise<Socket> => {
  const answers = await network.lookup(hostname).catch((error: unknown) => {
    throw new OutboundError('unreachable', false, error);
  });
  const first = answers[0];
  if (!first || !answers.every(({ address }) => isPublicAddress(address)))
    throw new OutboundError('blocked', false);

  const socket = await connected(
    network.tls({ host: first.address, port, servername: hostname }),
    'secureConnect',
  );
  if (!isPublicAddress(socket.remoteAddress ?? '')) {
    socket.destroy();
    throw new OutboundError('blocked', false);
  }
  return socket;
};

/** A socket to one of the origins named when the local cloud was started; no other private address is reachable. */
export const dialStandin = (hostname: string, port: number): Promise<Socket> => {
  const named = Object.values(standinOrigins()).some(
    (origin) => new URL(origin).host === `${hostname}:${port}`,
  );
  if (!named) throw new OutboundError('blocked', false);
  return connected(connectPlain({ host: hostname, port }), 'connect');
};
