/**
 * List prices in dollars, without free tiers and discounts, and what is assumed where nothing is counted.
 * An account's own prices, or those of another region, are put here.
 */

export const prices = {
  /** As of November 2026, us-east-1, from the pricing pages of the services at aws.amazon.com. */
  source: 'aws.amazon.com/{api-gateway,lambda,dynamodb,kms,sqs,eventbridge,cloudwatch}/pricing, us-east-1',
  date: '2026-11-21',
  perMillion: {
    gatewayCalls: 1,
    invocations: 0.2,
    readUnits: 0.125,
    writeUnits: 0.625,
    kms: 3,
    sqs: 0.4,
    timers: 1,
  },
  /** Lambda on arm64. */
  perGbSecond: 0.0000133334,
  perGbLogged: 0.5,
  perGbStoredAMonth: 0.25,
  perKeyAMonth: 1,
};

export const assumed = {
  /** As the functions are deployed. */
  memoryGb: 0.5,
  /** What an invocation is billed for: its own work, and its waits, one after the other. */
  ms: { own: 4, request: 4, kms: 8, sqs: 6, provider: 300 },
  /** Bytes of a log line of ours, and of those Lambda adds to each invocation. */
  logBytes: { line: 400, invocation: 330 },
  /** A message is received and deleted besides being sent, which is counted. */
  sqsPerMessage: 2,
  /** Of the uses, how many find that their organisation's data key is no longer in memory. */
  coldShare: 0.1,
  /** Everything a connection keeps in the table and its indexes. */
  storedKib: 8,
};
