import type { Socket } from 'node:net';

type Dispatcher = NonNullable<RequestInit['dispatcher']>;
type AgentClass = new (options: object) => Dispatcher;
type Opened = (error: Error | null, socket: Socket | null) => void;

/**
 * Node's own agent, which keeps sockets alive, opening them our way. Its class is reached through the
 * global one because Node's `fetch` fits no other; it throws where a newer Node hides it.
 */
export const agentOpening = (open: (hostname: string, port: number) => Promise<Socket>): Dispatcher => {
  new Response(); // Node loads its fetch, and with it the global agent, at first use.
  const globals = globalThis as unknown as Record<symbol, object | undefined>;
  const NodeAgent = globals[Symbol.for('undici.globalDispatcher.1')]?.constructor as AgentClass | undefined;
  if (NodeAgent?.name !== 'Agent') throw new Error("Node's own Agent is not where it is expected.");
  return new NodeAgent({
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: ({ hostname, port }: { hostname: string; port?: string }, opened: Opened) => {
      open(hostname.replace(/^\[|\]$/g, ''), Number(port || 443)).then(
        (socket) => opened(null, socket),
        (error: unknown) => opened(error as Error, null),
      );
    },
  });
};
