/**
 * What our functions count themselves, because nobody else can: written as log lines CloudWatch makes
 * metrics of (`lib/log/metric.ts`), watched by `infra/alarms.ts`, explained in `infra/runbook.md`.
 */
export const metricNamespace = 'ManagerOS/Integrations';
/** The dimension of each; its value is the environment's name. */
export const metricDimension = 'Environment';

export const ownMetrics = ['KmsErrors', 'OpenIntents', 'NeedsReauth'] as const;

export type OwnMetric = (typeof ownMetrics)[number];

/** Of the calls to each provider, which is their second dimension; shown on the dashboard, no alarm. */
export const providerMetrics = ['ProviderCalls', 'ProviderErrors', 'ProviderLatency'] as const;
export const providerDimension = 'Provider';

export type ProviderMetric = (typeof providerMetrics)[number];
