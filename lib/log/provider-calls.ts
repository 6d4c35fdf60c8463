import type { ErrorCode } from '../contract/codes.ts';
import { type ProviderMetric, providerDimension } from '../contract/metrics.ts';
import { logMetrics, type Measure } from './metric.ts';

/** How a call to a provider went; the code is null for success. */
export type ProviderCall = { milliseconds: number; code: ErrorCode | null };

/** Faults of the provider or of the connection; that something was not found is an answer like any other. */
export const isFailure = (code: ErrorCode | null): boolean => code !== null && code !== 'provider_not_found';

/** CloudWatch takes no more values of a metric in one line. */
const mostValues = 100;

/** Counts the calls of one use of a provider; whose they were is nobody's to read here. */
export const countCalls = (provider: string, calls: readonly ProviderCall[]): void => {
  for (let start = 0; start < calls.length; start += mostValues) {
    const some = calls.slice(start, start + mostValues);
    const measures: Record<ProviderMetric, Measure> = {
      ProviderCalls: { unit: 'Count', value: some.length },
      ProviderErrors: { unit: 'Count', value: some.filter(({ code }) => isFailure(code)).length },
      ProviderLatency: {
        unit: 'Milliseconds',
        value: some.map(({ milliseconds }) => Math.round(milliseconds)),
      },
    };
    logMetrics(measures, { [providerDimension]: provider });
  }
};
