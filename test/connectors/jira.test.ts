import { startJira } from '../../infra/local/standins/jira/index.ts';
import { describeConnector } from './contract.ts';
import type { Subject } from './subject.ts';

const acme: Pick<Subject, 'start' | 'known' | 'email' | 'more'> = {
  start: startJira,
  known: {
    person: { id: '5f0c1ada0a7e2b0014c0ada1', text: 'a' },
    issue: { id: 'WEB-1', text: 'the' },
  },
  email: 'ada@acme.example',
  more: (page, asked) => ({ ...page, isLast: false, nextPageToken: `page-${asked}` }),
};

await describeConnector('jira', {
  ...acme,
  auth: 'api_token',
  connection: {
    settings: { baseUrl: 'https://acme.atlassian.net' },
    credentials: { username: 'admin@acme.example', apiToken: 'jira-demo-token' },
  },
});

await describeConnector('jira', {
  ...acme,
  auth: 'oauth2',
  connection: { credentials: {} },
  consent: {
    client: 'acme-demo-jira',
    account: 'ada@acme.example',
    scopes: ['read:jira-user', 'read:jira-work', 'offline_access'],
    resources: ['acme.atlassian.net'],
  },
});
