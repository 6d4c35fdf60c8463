import { idOf } from '../../infra/local/standins/microsoft/ids.ts';
import { startMicrosoft } from '../../infra/local/standins/microsoft/index.ts';
import { demo, ids } from '../../infra/local/standins/microsoft/seed.ts';
import { describeConnector } from './contract.ts';

const known = {
  event: { id: idOf({ mailbox: ids.ada, key: 'acme-demo', moves: 0 }, true), text: 'daily' },
};

await describeConnector('microsoft_outlook', {
  start: startMicrosoft,
  auth: 'client_credentials',
  connection: {
    settings: { tenantId: demo.tenant, clientId: demo.client, mailbox: 'ada@acme.example' },
    credentials: { clientSecret: demo.secret },
  },
  known,
});

await describeConnector('microsoft_outlook', {
  start: startMicrosoft,
  auth: 'oauth2',
  connection: { credentials: {} },
  consent: {
    client: demo.client,
    account: 'ada@acme.example',
    scopes: ['Calendars.Read', 'User.Read', 'offline_access', 'openid', 'profile', 'email'],
  },
  known,
});
