/**
 * What our functions count themselves, because nobody else can: written as log lines CloudWatch makes
 * metrics of (`lib/log/metric.ts`), watched by `infra/alarms.ts`, explained in `infra/runbook.md`.
 */
export const metricNamespace = 'ManagerOS/Integrations';
/** The only dimension; its value is the environment's name. */
export const metricDimension = 'Environment';

export const ownMetrics = ['KmsErrors', 'OpenIntents', 'NeedsReauth'] as const;

export type OwnMetric = (typeof ownMetrics)[number];
