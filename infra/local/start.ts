import { startCloud } from './cloud.ts';
import { readOptions } from './options.ts';

const options = readOptions(process.argv.slice(2));
const starting = startCloud(options);

let ending = false;
/** Ends in order also what is still starting, so that no process of ours is left. */
const end = async (): Promise<void> => {
  if (ending) return;
  ending = true;
  const cloud = await starting.catch(() => null);
  await cloud?.stop();
  process.exit(0);
};
process.on('SIGINT', () => void end());
process.on('SIGTERM', () => void end());

try {
  const cloud = await starting;
  for (const [id, origin] of Object.entries(cloud.standins))
    process.stderr.write(`${id} is served by ${origin}\n`);
  process.stderr.write(`dynamodb is served by ${cloud.database}\n`);
  cloud.print(`ready ${cloud.url}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
