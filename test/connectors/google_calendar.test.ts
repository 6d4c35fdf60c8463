import { generateKeyPairSync } from 'node:crypto';
import { startGoogle } from '../../infra/local/standins/google/index.ts';
import { demo } from '../../infra/local/standins/google/seed.ts';
import type { Standin } from '../../infra/local/standins/standin.ts';
import { describeConnector } from './contract.ts';

const rsaKey = () => {
  const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return {
    publicKey: pair.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    privateKey: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
};
const key = rsaKey();

/** Its demo account has a key that is another with each start: here it is given one. */
const startWithKey = async (options: { file: null }): Promise<Standin> => {
  const standin = await startGoogle(options);
  await fetch(`${standin.origin}/__standin/service-accounts`, {
    method: 'POST',
    body: JSON.stringify({ email: demo.serviceAccount, publicKey: key.publicKey }),
  });
  return standin;
};

await describeConnector('google_calendar', {
  start: startWithKey,
  auth: 'service_account',
  connection: {
    settings: { calendarId: demo.team },
    credentials: { clientEmail: demo.serviceAccount, privateKey: key.privateKey },
  },
  wrong: { clientEmail: 'somebody@acme-demo.iam.gserviceaccount.com', privateKey: rsaKey().privateKey },
  known: { event: { id: 'acmeto0nhall', text: 'train' } },
});

await describeConnector('google_calendar', {
  start: startGoogle,
  auth: 'oauth2',
  connection: { credentials: {} },
  consent: {
    client: demo.client,
    account: 'ada@acme.example',
    scopes: ['https://www.googleapis.com/auth/calendar.readonly', 'openid', 'email'],
  },
  known: { event: { id: 'acmedemo', text: 'daily' } },
});
