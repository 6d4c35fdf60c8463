import { defineConfig } from 'vitest/config';

/** Tests that need no running cloud, or start their own parts of one. */
const alone = [
  'test/{bench,standins,supply,mutants,infra,outbound,connectors,contract,credentials,store,client,faults,refresh,refresh-faults,refresh-plan,refresh-protocol}/**/*.test.ts',
];

export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    pool: 'forks',
    reporters: ['default', ['json', { outputFile: '.test/results.json' }]],
    projects: [
      { extends: true, test: { name: 'alone', include: alone } },
      {
        extends: true,
        test: {
          name: 'cloud',
          include: ['test/**/*.test.ts'],
          exclude: alone,
          globalSetup: ['test/support/global-setup.ts'],
        },
      },
    ],
  },
});
