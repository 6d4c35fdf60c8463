import { invoke } from '../../infra/local/functions.ts';

/** One function in a process of its own, which a test may kill: told its file at start, its event by message. */

const file = process.argv[2] ?? '';
await import(new URL(`../../${file}`, import.meta.url).href);

const run = async ({ event, seconds }: { event: unknown; seconds: number }): Promise<void> => {
  const result = await invoke(file, event, seconds).catch((error: unknown) => ({ error: String(error) }));
  process.send?.({ result }, () => process.exit(0));
};
process.once('message', (message: { event: unknown; seconds: number }) => void run(message));
process.send?.('ready');
