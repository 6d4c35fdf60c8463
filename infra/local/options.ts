import { parseArgs } from 'node:util';
import { providersServed } from './standins/index.ts';

export type LocalOptions = {
  port: number;
  data: string;
  fresh: boolean;
  /** Where providers are, by id: an origin, or `live` for the real one. */
  providers: Record<string, string>;
};

const usage = `Usage: npm start -- [--port N] [--data DIR] [--fresh] [--provider ID=ORIGIN]...

  --port N              where the API listens (default 4000; 0 takes any free port)
  --data DIR            what is kept between starts (default .local)
  --fresh               start empty
  --provider ID=ORIGIN  send this provider's requests to ORIGIN, as in jira=http://127.0.0.1:9000;
                        ID=live talks to the real provider. Without it the bundled stand-ins serve.`;

const fail = (message: string): never => {
  process.stderr.write(`${message}\n\n${usage}\n`);
  process.exit(2);
};

const providerOf = (text: string): [string, string] => {
  const [, id = '', origin = ''] = /^([a-z][a-z0-9_]*)=(.+)$/.exec(text) ?? [];
  if (origin !== '' && !providersServed.includes(id))
    return fail(`--provider ${text}: choose one of ${providersServed.join(', ')}.`);
  if (origin === 'live') return [id, origin];
  if (!URL.canParse(origin))
    return fail(`--provider ${text}: write ID=ORIGIN, as in jira=http://127.0.0.1:9000.`);
  const url = new URL(origin);
  if (!/^https?:$/.test(url.protocol) || url.pathname !== '/' || url.search !== '')
    return fail(`--provider ${text}: an origin has no path.`);
  return [id, url.origin];
};

/** The command line, checked; says what is wrong and ends the process otherwise. */
export const readOptions = (args: readonly string[]): LocalOptions => {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        port: { type: 'string', default: '4000' },
        data: { type: 'string', default: '.local' },
        fresh: { type: 'boolean', default: false },
        provider: { type: 'string', multiple: true, default: [] },
      },
    });
    const port = Number(values.port);
    if (!/^\d+$/.test(values.port) || port > 65_535)
      return fail(`--port ${values.port}: write a number up to 65535.`);
    return {
      port,
      data: values.data,
      fresh: values.fresh,
      providers: Object.fromEntries(values.provider.map(providerOf)),
    };
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
};
