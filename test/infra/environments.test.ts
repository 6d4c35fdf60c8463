import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { environmentNamed, environments } from '../../infra/environments.ts';
import { deployedName, functions } from '../../infra/inventory.ts';
import { settingsOf } from '../../infra/settings.ts';
import { Settings } from '../../lib/contract/settings.ts';
import { filledProd, synth } from './synth.ts';

const list = Object.values(environments);

describe('environments', () => {
  it('go by their names', () => {
    for (const [name, environment] of Object.entries(environments)) {
      expect(environment.name).toBe(name);
      expect(environmentNamed(name)).toBe(environment);
    }
    expect(() => environmentNamed('production')).toThrow(
      'There is no environment "production"; choose one of dev, staging, prod.',
    );
  });

  it('are refused as long as a setting is not filled in, and the refusal names it', () => {
    expect(() => synth(environments.prod)).toThrow(
      'The environment "prod" is not filled in: set jwt.issuer, allowedOrigins.0, returnPages.default, alarmEmail in infra/environments.ts.',
    );
    expect(() => synth(environments.staging)).toThrow('set jwt.issuer,');
    expect(() => synth({ ...filledProd, alarmEmail: environments.prod.alarmEmail })).toThrow(
      'The environment "prod" is not filled in: set alarmEmail in infra/environments.ts.',
    );
  });

  it.each(list)('$name makes settings that every function takes, in the four KiB it has', (environment) => {
    const settings = settingsOf(environment, 'https://abc.execute-api.eu-central-1.amazonaws.com');

    expect(z.parse(Settings, JSON.parse(settings)).environment).toBe(environment.name);
    expect(Buffer.byteLength(settings)).toBeLessThan(3_000);
  });

  it('are refused where the times of refreshes would let two spend one token', () => {
    const { refresh } = environments.dev;

    expect(() => synth({ ...environments.dev, refresh: { ...refresh, lease: refresh.limit } })).toThrow(
      'deadline < limit < lease must hold',
    );
  });

  it('with a public address of their own use it', () => {
    const named = { ...environments.dev, publicUrl: 'https://integrations.manageros.test' };

    expect(JSON.parse(settingsOf(named, 'https://abc.execute-api.eu-central-1.amazonaws.com'))).toMatchObject(
      {
        publicUrl: 'https://integrations.manageros.test',
      },
    );
  });

  it.each(list)('$name lets pages in over https, or from the machine itself in dev', (environment) => {
    const allowed = environment.name === 'dev' ? /^http:\/\/localhost:\d+$/ : /^https:\/\/[^/*]+$/;

    for (const origin of environment.allowedOrigins) expect(origin).toMatch(allowed);
    expect(environment.jwt.issuer).toMatch(/^https:\/\/[^/]+$/);
    expect(environment.jwt.audience).not.toBe('');
  });

  it('do not share an audience: a token of one opens no other', () => {
    expect(new Set(list.map(({ jwt }) => jwt.audience)).size).toBe(list.length);
  });

  it.each(list)('$name has room for the name of every function', (environment) => {
    for (const { name } of functions) expect(deployedName(environment, name).length).toBeLessThanOrEqual(64);
    expect(() => deployedName(environment, 'x'.repeat(60))).toThrow('choose a shorter id');
  });

  it.each(list)('$name sets concurrency aside for functions there are', ({ reservedConcurrency }) => {
    const names = functions.map(({ name }) => name);

    for (const name of Object.keys(reservedConcurrency ?? {})) expect(names).toContain(name);
  });
});
