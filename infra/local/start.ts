import { startCloud } from './cloud.ts';
import { readOptions } from './options.ts';

const options = readOptions(process.argv.slice(2));
try {
  const cloud = await startCloud(options);
  let ending = false;
  const end = (): void => {
    if (ending) return;
    ending = true;
    void cloud.stop().then(() => process.exit(0));
  };
  process.on('SIGINT', end);
  process.on('SIGTERM', end);
  for (const [id, origin] of Object.entries(cloud.standins))
    process.stderr.write(`${id} is served by ${origin}\n`);
  cloud.print(`ready ${cloud.url}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
