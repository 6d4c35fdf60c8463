import { channel } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';

/** Watches every socket this process opens, whoever opens it. */
export const watchSockets = () => {
  let dialled: Promise<string>[] = [];
  const opening = (message: unknown): void => {
    const { socket } = message as { socket: Socket };
    dialled.push(
      new Promise((resolve) => {
        socket.once('lookup', (_error, _address, _family, host: string) => resolve(`looked up ${host}`));
        socket.once('connect', () => resolve(`http://${socket.remoteAddress}:${socket.remotePort}`));
        socket.once('error', (error) => resolve(error.message));
      }),
    );
  };
  const sockets = channel('net.client.socket');
  sockets.subscribe(opening);
  return {
    forget: (): void => {
      dialled = [];
    },
    /** Where they went, other than to these origins. */
    elsewhere: async (...known: string[]): Promise<string[]> =>
      (await Promise.all(dialled)).filter((to) => !known.includes(to)),
    stop: (): void => {
      sockets.unsubscribe(opening);
    },
  };
};
