import { startJira } from '../../infra/local/standins/jira/index.ts';
import { describeConnector } from './contract.ts';

await describeConnector('jira', {
  start: startJira,
  auth: 'api_token',
  connection: {
    settings: { baseUrl: 'https://acme.atlassian.net' },
    credentials: { username: 'admin@acme.example', apiToken: 'jira-demo-token' },
  },
  known: {
    person: { id: '5f0c1ada0a7e2b0014c0ada1', text: 'a' },
    issue: { id: 'WEB-1', text: 'the' },
  },
  email: 'ada@acme.example',
  more: (page, asked) => ({ ...page, isLast: false, nextPageToken: `page-${asked}` }),
});
