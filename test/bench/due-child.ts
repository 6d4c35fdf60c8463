import { dueAtOnce } from './due.ts';

/** In a process of its own, for the functions of one process speak to one cloud. */
process.send?.(await dueAtOnce(Number(process.argv[2])), () => process.exit(0));
