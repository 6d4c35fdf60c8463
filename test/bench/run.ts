import { mkdirSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { removeData, startCloud } from '../support/cloud.ts';
import { fetchPrice } from './costs.ts';
import { countFindings } from './counts.ts';
import { cpuFindings } from './cpu.ts';
import { type Finding, isMet, printFindings } from './goals.ts';
import { loadFindings } from './load.ts';
import { dueFindings, planFindings } from './plan.ts';
import { startFindings } from './start.ts';

/**
 * `npm run bench`: every goal with what is measured now, as a table and in `.test/bench.json`. It fails
 * where a count misses its goal; times are told, for the machine has a say in them.
 */

const { connections, due } = parseArgs({
  options: {
    connections: { type: 'string', default: '1000000' },
    due: { type: 'string', default: '10000' },
  },
}).values;

const priceFindings = (): Finding[] => [
  {
    goal: 'P11',
    what: 'dollars per million fetches of a credential, above the gateway’s',
    figure: fetchPrice(0),
    atMost: 0.4,
    timed: false,
  },
  {
    goal: 'P11',
    what: 'the same with a call of KMS each',
    figure: fetchPrice(1),
    atMost: null,
    timed: false,
  },
];

const atCloud = async (): Promise<Finding[]> => {
  const cloud = await startCloud();
  try {
    return [...(await countFindings(cloud)), ...(await loadFindings(cloud))];
  } finally {
    await cloud.stop();
    removeData(cloud);
  }
};

/** Counts on simulated clocks, which may share the machine. */
const inSimulatedTime = async (): Promise<Finding[]> => {
  const refreshed = dueFindings(Number(due));
  return [...planFindings(Number(connections)), ...(await refreshed)];
};

const parts: [string, () => Promise<Finding[]> | Finding[]][] = [
  ['bundles and their start', startFindings],
  ['CPU of a handler', cpuFindings],
  ['counts and load at a cloud', atCloud],
  ['a simulated month, and what is due at one moment', inSimulatedTime],
  ['prices', priceFindings],
];
const findings: Finding[] = [];
for (const [name, part] of parts) {
  process.stderr.write(`${name} …\n`);
  findings.push(...(await part()));
}
const number = ({ goal }: Finding): number => (goal.startsWith('P') ? Number(goal.slice(1)) : 99);
findings.sort((a, b) => number(a) - number(b));

printFindings(findings);
mkdirSync('.test', { recursive: true });
writeFileSync('.test/bench.json', JSON.stringify({ at: new Date().toISOString(), findings }, null, 2));
process.exit(findings.every((finding) => finding.timed || isMet(finding)) ? 0 : 1);
