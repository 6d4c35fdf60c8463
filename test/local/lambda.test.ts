import { execFile } from 'node:child_process';
import { describe, expect, it } from 'vitest';

/** The switches of the local cloud must not exist on Lambda: a process like one of its is asked for them. */

const asked = (
  expression: string,
  env: Record<string, string>,
): Promise<{ code: number; out: string; told: string }> =>
  new Promise((resolve) => {
    const script = `import * as env from './lib/config/env.ts'; process.stdout.write(JSON.stringify(env.${expression}))`;
    const options = { env: { PATH: process.env['PATH'] ?? '', ...env } };
    execFile(process.execPath, ['--input-type=module', '--eval', script], options, (error, out, told) =>
      resolve({ code: Number(error?.code ?? 0), out, told }),
    );
  });

const switches = { STANDIN_ORIGINS: '{"jira":"http://127.0.0.1:1"}', CLOCK_OFFSET_MS: '60000' };
const lambda = { AWS_LAMBDA_FUNCTION_NAME: 'integrations-search' };

describe('on Lambda', () => {
  it('an origin that stands in for a provider stops the function', async () => {
    const { code, out, told } = await asked('standinOrigins()', { ...switches, ...lambda });

    expect(code).not.toBe(0);
    expect(out).toBe('');
    expect(told).toContain('STANDIN_ORIGINS must not be set on Lambda.');
  });

  it('also an empty one does', async () => {
    const { code, told } = await asked('standinOrigins()', { STANDIN_ORIGINS: '{}', ...lambda });

    expect(code).not.toBe(0);
    expect(told).toContain('STANDIN_ORIGINS must not be set on Lambda.');
  });

  it('there are no stand-ins, and the clock is not moved', async () => {
    const origins = await asked('standinOrigins()', lambda);
    const offset = await asked('clockOffset()', { ...switches, ...lambda });

    expect(origins).toMatchObject({ code: 0, out: '{}' });
    expect(offset).toMatchObject({ code: 0, out: '0' });
  });
});

describe('elsewhere', () => {
  it('both are as the local cloud set them', async () => {
    const origins = await asked('standinOrigins()', switches);
    const offset = await asked('clockOffset()', switches);

    expect(JSON.parse(origins.out)).toEqual({ jira: 'http://127.0.0.1:1' });
    expect(offset.out).toBe('60000');
  });
});
