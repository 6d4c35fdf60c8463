import type { Rule } from '../support/faults.ts';

/**
 * The calls a refresh makes when nothing is cached, in order; between the last two the provider is asked.
 * A test holds the product to this list, so that no step goes untried.
 */
export const path = [
  { step: 'reads the credential', service: 'dynamodb', operation: 'GetItem' },
  { step: 'finds the data key', service: 'dynamodb', operation: 'Query' },
  { step: 'unwraps the data key', service: 'kms', operation: 'Decrypt' },
  { step: 'reads the app', service: 'dynamodb', operation: 'GetItem' },
  { step: 'finds the key of the app', service: 'dynamodb', operation: 'GetItem' },
  { step: 'unwraps the key of the app', service: 'kms', operation: 'Decrypt' },
  { step: 'claims', service: 'dynamodb', operation: 'UpdateItem' },
  { step: 'commits', service: 'dynamodb', operation: 'UpdateItem' },
] as const;

export type Step = (typeof path)[number]['step'];

export const nthOf = (step: Step): number => path.findIndex((one) => one.step === step);

/** What befalls one call; the SDK's repetitions fare the same, or only the first try fails. */
export const troubles: Record<string, Omit<Rule, 'nth'>> = {
  'fails before it is heard': { when: 'before', act: 'error', attempts: 'all' },
  'fails once before it is heard': { when: 'before', act: 'error', attempts: 'first' },
  'is cut before it is heard': { when: 'before', act: 'cut', attempts: 'all' },
  'is throttled': { when: 'before', act: 'throttle', attempts: 'all' },
  'takes effect, its answer lost': { when: 'after', act: 'cut', attempts: 'all' },
  'takes effect, its first answer lost': { when: 'after', act: 'cut', attempts: 'first' },
  'takes effect and is told as failed': { when: 'after', act: 'error', attempts: 'all' },
};

/** For the nightly run: a service that keeps the SDK waiting until it gives up, three times. */
export const slowTroubles: typeof troubles = {
  'is never answered': { when: 'before', act: 'hang', attempts: 'all' },
  'takes effect and is never answered': { when: 'after', act: 'hang', attempts: 'all' },
};

export const nightly = process.env['NIGHTLY'] === '1';
