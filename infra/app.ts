import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { bundle } from './bundle.ts';
import { environmentNamed } from './environments.ts';
import { functions } from './inventory.ts';
import { addStacks } from './stacks.ts';

/** `cdk synth -c environment=staging`; dev where nothing is said. */
const app = new App({ analyticsReporting: false });
const environment = environmentNamed(String(app.node.tryGetContext('environment') ?? 'dev'));

// The folders of the functions are copied into cdk.out when the stacks are made.
const folder = mkdtempSync(join(tmpdir(), 'functions-'));
try {
  addStacks(app, environment, await bundle(dirname(import.meta.dirname), functions, folder));
  app.synth();
} finally {
  rmSync(folder, { recursive: true });
}
