import { standinOrigins } from '../config/env.ts';
import { count } from '../log/meter.ts';
import { isAllowedUrl } from './addresses.ts';
import { agentOpening } from './agent.ts';
import { dial, dialStandin, type Network, realNetwork } from './dial.ts';
import { type Door, type DoorOptions, usualLimits } from './door.ts';
import { OutboundError } from './failure.ts';
import { limitBody } from './limit-body.ts';

/** What a door does with a request. */

type Agent = ReturnType<typeof agentOpening>;
const agents = new WeakMap<Network, Agent>();
const agentOf = (network: Network): Agent => {
  const agent = agents.get(network) ?? agentOpening((hostname, port) => dial(hostname, port, network));
  agents.set(network, agent);
  return agent;
};
let standinAgent: Agent | null = null;

const chain = (error: unknown): unknown[] =>
  error instanceof Error ? [error, ...chain(error.cause)] : error === undefined ? [] : [error];

const asOutboundError = (error: unknown): OutboundError => {
  const causes = chain(error);
  const ours = causes.find((cause) => cause instanceof OutboundError);
  if (ours) return ours;
  const aborted = causes.some((cause) => cause instanceof Error && /^(Timeout|Abort)Error$/.test(cause.name));
  return new OutboundError(aborted ? 'timeout' : 'unreachable', true, error);
};

const redirects = new Set([301, 302, 303, 307, 308]);

export const doorTo = ({
  provider,
  origins,
  limits = usualLimits,
  network = realNetwork,
  failed = () => {},
}: DoorOptions): Door => {
  const standin = standinOrigins()[provider] ?? null;

  const once = async (url: URL, init: RequestInit, signal: AbortSignal): Promise<Response> => {
    if (!isAllowedUrl(url.href) || !origins.includes(url.origin)) throw new OutboundError('blocked', false);
    count('provider');
    const headers = new Headers(init.headers);
    if (standin === null)
      return fetch(url, { ...init, headers, redirect: 'manual', signal, dispatcher: agentOf(network) });
    headers.set('x-forwarded-host', url.host);
    standinAgent ??= agentOpening(dialStandin);
    const target = new URL(url.pathname + url.search, standin);
    return fetch(target, { ...init, headers, redirect: 'manual', signal, dispatcher: standinAgent });
  };

  const following = async (start: URL, init: RequestInit, signal: AbortSignal): Promise<Response> => {
    let url = start;
    for (let hops = 0; ; hops += 1) {
      const response = await once(url, init, signal);
      const location = redirects.has(response.status) ? response.headers.get('location') : null;
      if (location === null) return response;
      await response.body?.cancel();
      const next = URL.canParse(location, url.href) ? new URL(location, url.href) : null;
      const readable = init.method === undefined || /^(GET|HEAD)$/i.test(init.method);
      if (next?.origin !== url.origin || !readable || hops === 3) throw new OutboundError('redirect', true);
      url = next;
    }
  };

  return async (input, init = {}) => {
    const text = input instanceof Request ? input.url : String(input);
    const slow = new AbortController();
    const headersTimer = setTimeout(() => slow.abort(new OutboundError('timeout', true)), limits.headers);
    try {
      if (!isAllowedUrl(text)) throw new OutboundError('blocked', false);
      const signals = [slow.signal, AbortSignal.timeout(limits.total), ...(init.signal ? [init.signal] : [])];
      const response = await following(new URL(text), init, AbortSignal.any(signals));
      return limitBody(response, limits.body, failed);
    } catch (error) {
      const outbound = asOutboundError(error);
      failed(outbound);
      throw outbound;
    } finally {
      clearTimeout(headersTimer);
    }
  };
};
