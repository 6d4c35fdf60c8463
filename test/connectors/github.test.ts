import { startGithub } from '../../infra/local/standins/github/index.ts';
import { describeConnector } from './contract.ts';
import type { Subject } from './subject.ts';

const acme: Pick<Subject, 'start' | 'known' | 'email' | 'more'> = {
  start: startGithub,
  known: {
    person: { id: 'ada-acme', text: 'acme' },
    pull_request: { id: 'acme-corp/ops-tools#1', text: 'the' },
    issue: { id: 'acme-corp/ops-tools#2', text: 'is' },
    repository: { id: 'acme-corp/ops-tools', text: 'shop' },
  },
  email: 'ada@acme.example',
  more: (page) => ({ ...page, total_count: 100_000 }),
};

await describeConnector('github', {
  ...acme,
  auth: 'api_token',
  connection: { credentials: { token: 'ghp_demo_token_acme' } },
});

await describeConnector('github', {
  ...acme,
  auth: 'oauth2',
  connection: { credentials: {} },
  consent: { client: 'acme-demo-github', account: 'ada-acme', scopes: ['repo', 'read:org', 'read:user'] },
});
