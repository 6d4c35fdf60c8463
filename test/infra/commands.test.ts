import { execFile } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { environments } from '../../infra/environments.ts';
import { commands } from '../../lib/contract/commands.ts';
import { synth } from './synth.ts';

const { resources, text } = synth(environments.dev);

const functions = resources<{ FunctionName: string; Timeout: number }>('AWS::Lambda::Function');
const functionOf = (id: string) =>
  functions.find(({ properties }) => properties.FunctionName === `mos-integrations-dev-commands-${id}`);

type Statement = { Action: string | string[]; Resource: unknown };
const roles = resources<{ Policies: { PolicyDocument: { Statement: Statement[] } }[] }>('AWS::IAM::Role');
const statements = roles.flatMap(({ properties }) =>
  properties.Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement),
);

describe("an operator's command", () => {
  it.each(commands)('$id is no route, and nothing of ours may call it', ({ id, timeout }) => {
    const target = functionOf(id);
    const name = `mos-integrations-dev-commands-${id}`;
    const invoked = statements
      .filter(({ Action }) => [Action].flat().includes('lambda:InvokeFunction'))
      .flatMap(({ Resource }) => [Resource].flat().map(text));
    const reaches = (resource: string): boolean =>
      resource === `<${target?.id}.Arn>` ||
      new RegExp(`^${(resource.split(':function:')[1] ?? '-').replaceAll('*', '.*')}$`).test(name);

    expect(target?.properties.Timeout).toBe(timeout);
    expect(invoked.length).toBeGreaterThan(0);
    expect(invoked.filter(reaches)).toEqual([]);
    expect(
      resources<{ FunctionName: unknown }>('AWS::Lambda::EventSourceMapping').filter(
        ({ properties }) => text(properties.FunctionName) === `<${target?.id}>`,
      ),
    ).toEqual([]);
  });

  it.each(commands)('$id may store or queue, and open nothing that is stored', ({ grants }) => {
    for (const grant of grants) expect(grant).toMatch(/^(table:\w+|credentials:seal|jobs:send:[a-z-]+)$/);
  });
});

/** The tool as an operator runs it, with no way to AWS: what it refuses, it refuses before. */
const run = (args: string[], input: string): Promise<{ code: number | null; told: string }> =>
  new Promise((resolve) => {
    const child = execFile(process.execPath, ['infra/command.ts', ...args], (_error, stdout, stderr) =>
      resolve({ code: child.exitCode, told: stdout + stderr }),
    );
    child.stdin?.end(input);
  });

describe('the tool that calls them', () => {
  const secret = 'do-not-print-me';
  const at = ['--environment', 'dev'];

  it.each([
    ['a command there is not', ['drop-table', ...at], '{}', 'Which command?'],
    ['an environment there is not', ['set-app', '--environment', 'moon'], '{}', 'Which environment?'],
    ['a payload that lacks a field', ['set-app', ...at], `{"app":{"clientSecret":"${secret}"}}`, 'provider'],
    ['a payload with one too many', ['set-secret', ...at], `{"name":"x","value":"${secret}"}`, 'Not valid: '],
  ])('refuses %s and says what is wrong, without what was sent', async (_what, args, input, told) => {
    const ended = await run(args, input);

    expect(ended.code).toBe(2);
    expect(ended.told).toContain(told);
    for (const { id } of commands) expect(ended.told).toContain(id);
    expect(ended.told).not.toContain(secret);
  });
});
