import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Message = { body: object; at: number };

/** SQS as far as sending goes: messages are handed out at the simulated moment they were put off to. */
export const startQueue = async (now: () => number) => {
  const waiting: Message[] = [];
  const read = async (request: IncomingMessage): Promise<string> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString();
  };
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { Entries } = JSON.parse(await read(request)) as {
      Entries: { Id: string; MessageBody: string; DelaySeconds?: number }[];
    };
    const Successful = Entries.map(({ Id, MessageBody, DelaySeconds = 0 }) => {
      waiting.push({ body: JSON.parse(MessageBody) as object, at: now() + DelaySeconds * 1000 });
      return { Id, MessageId: Id, MD5OfMessageBody: createHash('md5').update(MessageBody).digest('hex') };
    });
    response.setHeader('content-type', 'application/x-amz-json-1.0');
    response.end(JSON.stringify({ Successful, Failed: [] }));
  };
  const server = createServer((request, response) => void serve(request, response));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/000000000000/refresh`,
    /** Takes what is to be handled before a moment, the earliest first. */
    before: (moment: number): Message[] => {
      const ready = waiting.filter(({ at }) => at < moment).toSorted((a, b) => a.at - b.at);
      for (const message of ready) waiting.splice(waiting.indexOf(message), 1);
      return ready;
    },
    stop: () => server.close(),
  };
};
