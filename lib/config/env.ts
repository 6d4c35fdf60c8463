import * as z from 'zod/mini';
import { Settings } from '../contract/settings.ts';

/** The only module that reads the environment. */
const env = process.env;

/** A variable the function's grants promised; its absence is a fault of the deployment. */
export const variable = (name: string): string => {
  const value = env[name];
  if (!value) throw new Error(`The variable ${name} is not set.`);
  return value;
};

export const onLambda = (): boolean => env['AWS_LAMBDA_FUNCTION_NAME'] !== undefined;

let parsed: Settings | null = null;

/** What differs between environments, parsed once. */
export const settings = (): Settings => {
  parsed ??= z.parse(Settings, JSON.parse(variable('SETTINGS')));
  return parsed;
};

/**
 * Origins that stand in for providers, by provider id; they exist in the local cloud alone. On Lambda
 * the switch does not exist: finding it there stops the function.
 */
export const standinOrigins = (): Readonly<Record<string, string>> => {
  const value = env['STANDIN_ORIGINS'];
  if (value === undefined) return {};
  if (onLambda()) throw new Error('STANDIN_ORIGINS must not be set on Lambda.');
  return z.parse(z.record(z.string(), z.string()), JSON.parse(value));
};

/** Milliseconds the local cloud moved its clock ahead; 0 on Lambda. */
export const clockOffset = (): number => (onLambda() ? 0 : Number(env['CLOCK_OFFSET_MS'] ?? 0));
