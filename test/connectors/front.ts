import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * A server in front of a stand-in that writes down what it is asked, to the byte, and can answer in
 * the stand-in's place with anything, also with what no honest server sends.
 */

export type Seen = { method: string; url: string; host: string; headers: IncomingMessage['headers'] };
type Json = unknown;
export type Exchange = {
  request: IncomingMessage;
  response: ServerResponse;
  /** The stand-in's own answer; `change` makes another of its JSON. */
  pass: (change?: (body: Json) => Json) => Promise<void>;
  /** The same, to the byte. */
  passBytes: (change: (body: Buffer) => Buffer, headers?: Record<string, string>) => Promise<void>;
};
export type Act = (exchange: Exchange) => unknown;

export type Front = {
  origin: string;
  /** What was asked since `act` was last set. */
  seen: () => Seen[];
  act: (act: Act) => void;
  stop: () => Promise<void>;
};

const honest: Act = ({ pass }) => pass();

const read = async (message: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
};

const ask = (target: string, message: IncomingMessage): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(target);
    const { method, url, headers } = message;
    const asked = request({ hostname, port, method, path: url, headers, agent: false }, resolve);
    message.pipe(asked.once('error', reject));
  });

export const startFront = async (target: string): Promise<Front> => {
  let seen: Seen[] = [];
  let current: Act = honest;

  const server = createServer((message, response) => {
    const { method = '', url = '', headers } = message;
    seen.push({ method, url, host: String(headers['x-forwarded-host']), headers });
    const passBytes: Exchange['passBytes'] = async (change, more = {}) => {
      const answer = await ask(target, message);
      const body = await read(answer);
      const { 'content-length': _, connection: __, ...rest } = answer.headers;
      response.writeHead(answer.statusCode ?? 500, { ...rest, ...more });
      response.end(change(body));
    };
    const pass: Exchange['pass'] = (change) =>
      passBytes((body) => (change ? Buffer.from(JSON.stringify(change(JSON.parse(body.toString())))) : body));
    void current({ request: message, response, pass, passBytes });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen: () => seen,
    act: (act) => {
      current = act;
      seen = [];
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
