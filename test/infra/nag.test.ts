import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { describe, expect, it } from 'vitest';
import { environments } from '../../infra/environments.ts';
import { addStacks } from '../../infra/stacks.ts';
import { filledProd, newApp, stubBundle } from './synth.ts';

/** The rules look at everything there is, which takes a busy machine its time. */
const patience = 180_000;

describe('AWS Solutions checks', () => {
  it.each([environments.dev, filledProd])(
    'find nothing in $name that is not accounted for',
    (environment) => {
      const app = newApp();
      addStacks(app, environment, stubBundle);

      const { directory } = app.synth();

      const report: unknown = JSON.parse(readFileSync(join(directory, 'validation-report.json'), 'utf8'));
      expect(report).toMatchObject({ pluginReports: [] });
    },
    patience,
  );

  it(
    'refuse a queue without anything, so they do look',
    () => {
      const app = newApp();
      const { data } = addStacks(app, environments.dev, stubBundle);
      new Queue(data, 'bare');

      expect(() => app.synth()).toThrow('AwsSolutions-SQS4');
    },
    patience,
  );
});
