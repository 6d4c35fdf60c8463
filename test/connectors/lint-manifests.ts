import { allManifests } from '../../lib/connectors/registry.ts';
import { problemsOf } from './lint.ts';

/** Part of `npm run check`: every manifest, in a sentence per problem. */
const problems = (await allManifests()).flatMap(problemsOf);
for (const problem of problems) process.stderr.write(`${problem}\n`);
process.exitCode = problems.length > 0 ? 1 : 0;
