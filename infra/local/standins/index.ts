import type { DataDir } from '../data-dir.ts';
import { startGithub } from './github/index.ts';
import { startGoogle } from './google/index.ts';
import { startJira } from './jira/index.ts';
import { startMicrosoft } from './microsoft/index.ts';
import { demo as outlook } from './microsoft/seed.ts';
import type { Standin } from './standin.ts';

type Bundled = {
  start: (options: { file: string | null }) => Promise<Standin>;
  /** The OAuth app it knows from its seed, which becomes the environment's. */
  app: { clientId: string; clientSecret: string; settings?: Record<string, string> };
};

/** The bundled stand-ins, by provider. */
const bundled: Record<string, Bundled> = {
  jira: { start: startJira, app: { clientId: 'acme-demo-jira', clientSecret: 'acme-demo-jira-secret' } },
  github: {
    start: startGithub,
    app: { clientId: 'acme-demo-github', clientSecret: 'acme-demo-github-secret' },
  },
  google_calendar: {
    start: startGoogle,
    app: { clientId: 'acme-demo-google', clientSecret: 'acme-demo-google-secret' },
  },
  microsoft_outlook: {
    start: startMicrosoft,
    app: { clientId: outlook.client, clientSecret: outlook.secret },
  },
};

export const providersServed = Object.keys(bundled);

/**
 * Starts those that nothing else was named for; `origins` holds where each provider's requests go instead,
 * `apps` the environment's app of each, null where another than ours serves and knows no app of ours. Without
 * `data` nothing is kept.
 */
export const startStandins = async (data: DataDir | null, named: Record<string, string>) => {
  const running: Standin[] = [];
  const origins: Record<string, string> = {};
  const apps: Record<string, Bundled['app'] | null> = {};
  for (const [id, { start, app }] of Object.entries(bundled)) {
    apps[id] = null;
    if (named[id] !== undefined) continue;
    const standin = await start({ file: data?.path(`standins/${id}.json`) ?? null });
    running.push(standin);
    origins[id] = standin.origin;
    apps[id] = app;
  }
  for (const [id, origin] of Object.entries(named)) if (origin !== 'live') origins[id] = origin;
  return {
    origins,
    apps,
    stop: async (): Promise<void> => {
      await Promise.all(running.map((standin) => standin.stop()));
    },
  };
};
