import { commands } from '../../lib/contract/commands.ts';
import { schedules } from '../../lib/contract/schedules.ts';
import { metrics, resetMetrics } from './functions.ts';
import { plain, type Reply } from './gateway.ts';
import type { Issuer } from './issuer.ts';

/** The local cloud's own paths, under `/local`; none of them exist on AWS. */

const json = (status: number, body: unknown): Reply => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

/** Ten years a step; further than tests look ahead, and far from where dates end. */
const mostSeconds = 315_360_000;
const clockOffset = (): number => Number(process.env['CLOCK_OFFSET_MS'] ?? 0);
const clock = () => ({
  now: new Date(Date.now() + clockOffset()).toISOString(),
  offsetSeconds: clockOffset() / 1000,
});

const returnPage = `<!doctype html><meta charset="utf-8"><title>Back from the provider</title>
<h1>Back from the provider</h1><dl id="list"></dl>
<script>
  for (const [name, value] of new URLSearchParams(location.hash.slice(1)))
    for (const [tag, text] of [['dt', name], ['dd', value]]) {
      const element = document.createElement(tag);
      element.textContent = text;
      list.append(element);
    }
</script>`;

type Given = Record<string, unknown>;
type Handler = (body: Given, id: string) => Promise<Reply> | Reply;

export type LocalApiOptions = {
  issuer: Issuer;
  /** Runs a schedule and waits for it and the jobs it queued. */
  runSchedule: (id: string) => Promise<void>;
  /** Runs an operator's command and waits for the jobs it queued; what it answers. */
  runCommand: (id: string, payload: unknown) => Promise<unknown>;
};

export const localApi = ({ issuer, runSchedule, runCommand }: LocalApiOptions) => {
  const token: Handler = async ({
    userId,
    organizationId,
    role,
    personId,
    plan,
    expiresIn,
    audience,
    issuer: iss,
  }) => {
    if (!isText(userId)) return plain(400, 'userId is required');
    const claims = {
      sub: userId,
      ...(isText(organizationId) && { org_id: organizationId }),
      ...(isText(role) && { org_role: role }),
      ...(isText(personId) && { person_id: personId }),
      ...(isText(plan) && { plan }),
    };
    const seconds = typeof expiresIn === 'number' ? expiresIn : 3600;
    const override = { ...(isText(audience) && { audience }), ...(isText(iss) && { issuer: iss }) };
    return json(200, { token: await issuer.sign(claims, seconds, override) });
  };
  const assertion: Handler = async ({ sub, managerOf, expiresIn }) => {
    if (!isText(sub) || !Array.isArray(managerOf)) return plain(400, 'sub and managerOf are required');
    const seconds = typeof expiresIn === 'number' ? expiresIn : 300;
    return json(200, { token: await issuer.assert(sub, managerOf.map(String), seconds) });
  };
  const advance: Handler = ({ advanceSeconds }) => {
    if (typeof advanceSeconds !== 'number' || advanceSeconds < 0 || advanceSeconds > mostSeconds)
      return plain(400, `advanceSeconds must be a number of seconds from 0 to ${mostSeconds}`);
    process.env['CLOCK_OFFSET_MS'] = String(clockOffset() + advanceSeconds * 1000);
    return json(200, clock());
  };
  const run: Handler = async (_body, id) => {
    if (!schedules.some((schedule) => schedule.id === id)) return plain(404, 'Not Found');
    await runSchedule(id);
    return json(200, { id });
  };

  const command: Handler = async (body, id) => {
    if (!commands.some((one) => one.id === id)) return plain(404, 'Not Found');
    try {
      return json(200, { id, result: await runCommand(id, body) });
    } catch (error) {
      return plain(400, error instanceof Error ? error.message : 'It failed');
    }
  };

  const table: Record<string, Handler> = {
    'POST /local/token': token,
    'POST /local/assertion': assertion,
    'GET /local/clock': () => json(200, clock()),
    'POST /local/clock': advance,
    'GET /local/schedules': () => json(200, { schedules: schedules.map(({ id, every }) => ({ id, every })) }),
    'GET /local/metrics': () => json(200, { operations: metrics() }),
    'DELETE /local/metrics': () => {
      resetMetrics();
      return { status: 204 };
    },
    'GET /local/return': () => ({ status: 200, headers: { 'content-type': 'text/html' }, body: returnPage }),
  };

  const named: Record<string, Handler> = { schedules: run, commands: command };

  return async (method: string, path: string, body: Buffer): Promise<Reply | null> => {
    if (!path.startsWith('/local/')) return null;
    const [, kind = '', id = ''] = /^\/local\/(schedules|commands)\/([a-z-]+)$/.exec(path) ?? [];
    const handler = method === 'POST' && id !== '' ? named[kind] : table[`${method} ${path}`];
    if (!handler) return plain(404, 'Not Found');
    try {
      const given: unknown = body.length > 0 ? JSON.parse(body.toString()) : {};
      if (typeof given !== 'object' || given === null) return plain(400, 'The body is not an object');
      return await handler(given as Given, id);
    } catch (error) {
      if (error instanceof SyntaxError) return plain(400, 'The body is not valid JSON');
      throw error;
    }
  };
};
