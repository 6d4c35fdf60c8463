import { parseArgs } from 'node:util';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import * as z from 'zod/mini';
import { commands } from '../lib/contract/commands.ts';
import { environments } from './environments.ts';
import { commandFunction, deployedName } from './inventory.ts';

/**
 * An operator's command: `npm run command -- set-app --environment staging < payload.json`. What it takes
 * comes on standard input, so that no secret stands in an argument or a shell's history; who runs it needs
 * no more than the permission to invoke that one function.
 */
const usage = `Usage: npm run --silent command -- COMMAND --environment NAME < payload.json

${commands.map(({ id, summary }) => `  ${id.padEnd(12)} ${summary}`).join('\n')}`;

const stop = (message: string): never => {
  process.stderr.write(`${message}\n\n${usage}\n`);
  process.exit(2);
};

const argumentsGiven = () => {
  try {
    return parseArgs({ allowPositionals: true, options: { environment: { type: 'string' } } });
  } catch (error) {
    return stop((error as Error).message);
  }
};
const { values, positionals } = argumentsGiven();
const command = commands.find(({ id }) => id === positionals[0]) ?? stop('Which command?');
const environment =
  Object.values(environments).find(({ name }) => name === values.environment) ?? stop('Which environment?');

const chunks: Buffer[] = [];
for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
const given = z.safeParse(command.payload, JSON.parse(Buffer.concat(chunks).toString() || 'null'));
if (!given.success) {
  const fields = given.error.issues.map(({ path }) => path.join('.') || 'the payload');
  stop(`Not valid: ${fields.join(', ')}.`);
}

const invocation = new InvokeCommand({
  FunctionName: deployedName(environment, commandFunction(command).name),
  Payload: JSON.stringify(given.data),
});
const { FunctionError } = await new LambdaClient({})
  .send(invocation)
  .catch((error: Error) =>
    stop(
      `${command.id} could not be invoked: ${error.message}. It takes credentials and a region of the account.`,
    ),
  );
process.stdout.write(
  FunctionError ? `${command.id} failed; its log says how.\n` : `${command.id} is done.\n`,
);
process.exitCode = FunctionError ? 1 : 0;
