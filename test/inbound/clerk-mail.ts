import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { local, type Reply, request } from '../support/api.ts';

/** Messages as Clerk sends them, signed the way the scheme's own text says. */

export const newAddress = (): string => randomBytes(32).toString('base64url');
export const newSigningSecret = (): string => `whsec_${randomBytes(32).toString('base64')}`;

export const setSecret = async (name: string, value: string | null, url: string): Promise<void> => {
  const { status, text } = await local('POST', 'commands/set-secret', { name, value }, url);
  if (status !== 200) throw new Error(`set-secret ${name}: ${status} ${text}`);
};

export const signatureOf = (secret: string, id: string, timestamp: string, body: string): string => {
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
};

export type Mail = {
  url: string;
  address: string;
  secret: string;
  body: string;
  id: string;
  /** Seconds since 1970. */
  timestamp: string;
  /** Made of the rest where it is left out. */
  signature?: string;
  /** How the headers are spelt. */
  prefix: 'svix' | 'webhook';
};

export const mail = (given: Pick<Mail, 'url' | 'address' | 'secret'> & Partial<Mail>): Mail => ({
  body: JSON.stringify({ type: 'session.created', data: {} }),
  id: `msg_${randomUUID()}`,
  timestamp: String(Math.floor(Date.now() / 1000)),
  prefix: 'svix',
  ...given,
});

export const deliver = ({
  url,
  address,
  secret,
  body,
  id,
  timestamp,
  signature,
  prefix,
}: Mail): Promise<Reply> =>
  request(`${url}/api/v1/inbound/clerk/${address}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      [`${prefix}-id`]: id,
      [`${prefix}-timestamp`]: timestamp,
      [`${prefix}-signature`]: signature ?? signatureOf(secret, id, timestamp, body),
    },
    body,
  });

/** What Clerk says when something was deleted. */
export const deleted = {
  organization: (id: string) =>
    JSON.stringify({ type: 'organization.deleted', data: { object: 'organization', id, deleted: true } }),
  user: (id: string) => JSON.stringify({ type: 'user.deleted', data: { object: 'user', id, deleted: true } }),
  membership: (organizationId: string, userId: string) =>
    JSON.stringify({
      type: 'organizationMembership.deleted',
      data: {
        object: 'organization_membership',
        organization: { id: organizationId, name: 'Acme' },
        public_user_data: { user_id: userId },
      },
    }),
};
