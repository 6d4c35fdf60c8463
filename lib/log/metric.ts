import { settings } from '../config/env.ts';
import { metricDimension, metricNamespace, type OwnMetric } from '../contract/metrics.ts';
import { log } from './log.ts';

/** Counts on a metric of the environment, in CloudWatch's embedded metric format: no call, no permission. */
export const countMetric = (name: OwnMetric, value = 1): void =>
  log('info', 'counted', {
    _aws: {
      // The machine's clock: CloudWatch takes no others.
      Timestamp: Date.now(),
      CloudWatchMetrics: [
        {
          Namespace: metricNamespace,
          Dimensions: [[metricDimension]],
          Metrics: [{ Name: name, Unit: 'Count' }],
        },
      ],
    },
    [metricDimension]: settings().environment,
    [name]: value,
  });
