import { settings } from '../config/env.ts';
import { metricDimension, metricNamespace, type OwnMetric } from '../contract/metrics.ts';
import { log } from './log.ts';

export type Measure = { unit: 'Count' | 'Milliseconds'; value: number | number[] };

/** Metrics of the environment, and of what `more` names, in CloudWatch's embedded metric format: no call, no permission. */
export const logMetrics = (measures: Record<string, Measure>, more: Record<string, string> = {}): void => {
  const dimensions = { [metricDimension]: settings().environment, ...more };
  const all = Object.entries(measures);
  log('info', 'counted', {
    _aws: {
      // The machine's clock: CloudWatch takes no others.
      Timestamp: Date.now(),
      CloudWatchMetrics: [
        {
          Namespace: metricNamespace,
          Dimensions: [Object.keys(dimensions)],
          Metrics: all.map(([Name, { unit }]) => ({ Name, Unit: unit })),
        },
      ],
    },
    ...dimensions,
    ...Object.fromEntries(all.map(([name, { value }]) => [name, value])),
  });
};

export const countMetric = (name: OwnMetric, value = 1): void =>
  logMetrics({ [name]: { unit: 'Count', value } });
