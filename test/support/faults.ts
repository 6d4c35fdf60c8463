import {
  Agent,
  createServer,
  request as forward,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * What can go wrong between the AWS SDKs and the services: a proxy on loopback that lets a test say what
 * befalls a call, and tells which calls were made. A call of the code under test is one call however
 * often the SDK tries it.
 */

export const services = ['dynamodb', 'kms', 'sqs'] as const;
export type Service = (typeof services)[number];

/**
 * `before`: the service never hears of it. `after`: it took effect, and the answer does not arrive. What is put on
 * `hold` fares well in the end: it waits, before or after it takes effect, until the test releases it.
 */
export type Fault = { when: 'before' | 'after'; act: 'error' | 'throttle' | 'cut' | 'hang' | 'hold' };

export type Rule = Fault & {
  /** Only calls of this service, or of an operation of it, as in `UpdateItem`. */
  service?: Service;
  operation?: string;
  /** Which of these calls since `watch`, from 0; every one where it is left out. */
  nth?: number;
  /** Whether the SDK's own repetitions fare the same. */
  attempts: 'first' | 'all';
};

export type Call = { service: Service; operation: string; attempts: number };

type Heard = Call & { rules: readonly Rule[] };

const throttlings: Record<Service, string> = {
  dynamodb: 'com.amazonaws.dynamodb.v20120810#ThrottlingException',
  kms: 'ThrottlingException',
  sqs: 'com.amazonaws.sqs#RequestThrottled',
};

const tokenName = Buffer.from('"ClientRequestToken"');

/** Takes its token from a transaction, by another name of the same length, which the database passes over. */
const withoutToken = (body: Buffer): Buffer => {
  const at = body.lastIndexOf(tokenName);
  if (at >= 0) body.write('c', at + 1);
  return body;
};

const read = async (message: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
};

type Answer = { status: number; headers: OutgoingHttpHeaders; body: Buffer };

const failed = (status: number, type: string): Answer => ({
  status,
  headers: { 'content-type': 'application/x-amz-json-1.0' },
  body: Buffer.from(JSON.stringify({ __type: type, message: 'as the test wants it' })),
});

export const startFaults = async (targets: Record<Service, string>) => {
  const agent = new Agent({ keepAlive: true });
  /** By the SDK's own id of a call; of one that began while nobody watched nothing is kept. */
  let heard = new Map<string, Heard>();
  let watching = false;
  let rules: readonly Rule[] = [];
  let onHeld: (call: Call) => void = () => {};
  let released = Promise.withResolvers<void>();
  let tokens = true;

  /** What is asked, with the rules that held for it when it was first heard of. */
  const callOf = (service: Service, { headers }: IncomingMessage): Heard => {
    const invocation = String(headers['amz-sdk-invocation-id']);
    const known = heard.get(invocation);
    if (known) return known;
    const operation = String(headers['x-amz-target']).split('.').at(-1) ?? '';
    const fits = (rule: Rule, call: Call): boolean =>
      (rule.service ?? call.service) === call.service &&
      (rule.operation ?? call.operation) === call.operation;
    const call = { service, operation, attempts: 0 };
    const isNext = (rule: Rule): boolean =>
      rule.nth === undefined || rule.nth === [...heard.values()].filter((one) => fits(rule, one)).length;
    const entry = { ...call, rules: rules.filter((rule) => fits(rule, call) && isNext(rule)) };
    if (watching) heard.set(invocation, entry);
    return entry;
  };

  const passOn = (service: Service, message: IncomingMessage, body: Buffer): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const { method = 'POST', headers, url = '/' } = message;
      const request = forward(new URL(url, targets[service]), { method, headers, agent }, (response) => {
        const { statusCode: status = 500, headers: answered } = response;
        // The whole body is at hand: it has a length now.
        const { 'transfer-encoding': _chunked, ...kept } = answered;
        read(response).then((bytes) => resolve({ status, headers: kept, body: bytes }), reject);
      });
      request.once('error', reject);
      request.end(tokens ? body : withoutToken(body));
    });

  const answerWith = ({ status, headers, body }: Answer, response: ServerResponse): void => {
    response.writeHead(status, { ...headers, 'content-length': body.length });
    response.end(body);
  };

  const hold = async (
    { when }: Rule,
    call: Call,
    take: () => Promise<Answer>,
    response: ServerResponse,
  ): Promise<void> => {
    const early = when === 'after' ? await take() : null;
    onHeld(call);
    await released.promise;
    answerWith(early ?? (await take()), response);
  };

  const serve = async (service: Service, message: IncomingMessage, response: ServerResponse) => {
    const body = await read(message);
    const call = callOf(service, message);
    call.attempts += 1;
    const fault = call.rules.find(({ attempts }) => attempts === 'all' || call.attempts === 1);
    if (fault?.act === 'hold') return hold(fault, call, () => passOn(service, message, body), response);
    const real = fault?.when === 'before' ? null : await passOn(service, message, body);
    if (fault?.act === 'hang') onHeld(call);
    else if (fault?.act === 'cut') message.socket.destroy();
    else {
      const instead = fault?.act === 'throttle' ? failed(400, throttlings[service]) : null;
      answerWith(instead ?? (fault || !real ? failed(500, 'InternalServerError') : real), response);
    }
  };

  const listen = async (service: Service) => {
    const server = createServer((message, response) => {
      serve(service, message, response).catch(() => message.socket.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const stop = (): void => {
      server.closeAllConnections();
      server.close();
    };
    return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, stop };
  };
  const [dynamodb, kms, sqs] = await Promise.all(services.map(listen));
  if (!dynamodb || !kms || !sqs) throw new Error('The proxies did not start.');

  return {
    endpoints: { dynamodb: dynamodb.endpoint, kms: kms.endpoint, sqs: sqs.endpoint },
    /**
     * For many thousands of transactions: dynoxide looks through the tokens of all those of the last ten minutes at
     * each. Without them it does not know a repetition by the SDK for what it is.
     */
    withoutTokens: (): void => {
      tokens = false;
    },
    /** From now on calls are counted anew, and these rules hold. */
    watch: (...these: Rule[]): void => {
      heard = new Map();
      watching = true;
      rules = these;
      released = Promise.withResolvers();
    },
    /** Ends the rules; the calls since `watch`, in the order they came. */
    unwatch: (): Call[] => {
      rules = [];
      watching = false;
      return [...heard.values()].map(({ service, operation, attempts }) => ({
        service,
        operation,
        attempts,
      }));
    },
    /** Lets go on what is on hold. */
    release: (): void => released.resolve(),
    /** Resolves when a call hangs or is put on hold. */
    held: (): Promise<Call> =>
      new Promise((resolve) => {
        onHeld = resolve;
      }),
    stop: async (): Promise<void> => {
      for (const { stop } of [dynamodb, kms, sqs]) stop();
      agent.destroy();
    },
  };
};

export type Faults = Awaited<ReturnType<typeof startFaults>>;
