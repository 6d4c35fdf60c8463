import type { DataDir } from '../data-dir.ts';
import { startGithub } from './github/index.ts';
import { startJira } from './jira/index.ts';
import type { Standin } from './standin.ts';

/** The bundled stand-ins. A provider may share another's: its id then appears twice. */
const bundled: Record<string, (options: { file: string | null }) => Promise<Standin>> = {
  jira: startJira,
  github: startGithub,
};

/** Starts those that nothing else was named for; `origins` holds where each provider's requests go instead. */
export const startStandins = async (data: DataDir, named: Record<string, string>) => {
  const running: Standin[] = [];
  const origins: Record<string, string> = {};
  for (const [id, start] of Object.entries(bundled)) {
    if (named[id] !== undefined) continue;
    const standin = await start({ file: data.path(`standins/${id}.json`) });
    running.push(standin);
    origins[id] = standin.origin;
  }
  for (const [id, origin] of Object.entries(named)) if (origin !== 'live') origins[id] = origin;
  return {
    origins,
    stop: async (): Promise<void> => {
      await Promise.all(running.map((standin) => standin.stop()));
    },
  };
};
