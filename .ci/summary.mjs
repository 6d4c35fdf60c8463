import { readFileSync } from 'node:fs';

/** Counts the tests of the last run; a file that failed without a test, a run that failed without a failure and failed checks count as one each. */
const [tests, checks] = process.argv.slice(2).map(Number);

const read = () => {
  try {
    return JSON.parse(readFileSync('.test/results.json', 'utf8'));
  } catch {
    return { numPassedTests: 0, numFailedTests: 0, testResults: [] };
  }
};
const { numPassedTests, numFailedTests, testResults } = read();
const empty = testResults.filter(
  ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
);
let failed = numFailedTests + empty.length;
if (tests !== 0 && failed === 0) failed += 1;
if (checks !== 0) failed += 1;
process.stdout.write(`${numPassedTests} passed, ${failed} failed\n`);
process.exit(failed === 0 ? 0 : 1);
