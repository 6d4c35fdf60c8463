import type { Manifest } from '../connector.ts';
import { eventSync } from '../event-facts.ts';

const scopes = [
  { scope: 'Calendars.Read', purpose: 'To find events and link them to meetings.' },
  { scope: 'User.Read', purpose: 'To know whose account it is.' },
  { scope: 'offline_access', purpose: 'To stay connected without asking again.' },
  { scope: 'openid', purpose: 'To sign in.' },
  { scope: 'profile', purpose: 'To show which account is connected.' },
  { scope: 'email', purpose: 'To show which account is connected.' },
];

export const manifest: Manifest = {
  id: 'microsoft_outlook',
  name: 'Microsoft Outlook',
  category: 'calendar',
  description: 'Find calendar events and link them to meetings.',
  features: ['Search events by text and dates', 'Link events to meetings', 'Import events as meetings'],
  scopes: ['organization', 'user'],
  status: 'available',
  statusReason: null,
  multiple: true,
  auth: [
    {
      kind: 'oauth2',
      fields: [],
      guide: {
        prerequisites: [
          'A Microsoft 365 work or school account with the calendar.',
          'An app registration of your organisation, unless your ManagerOS has one for everybody.',
        ],
        steps: [
          'Choose “Connect”, sign in at Microsoft, and accept.',
          'For an app of your own: register an app at https://entra.microsoft.com, add the delegated Microsoft Graph permissions below, make a client secret, and set the callback address shown here.',
        ],
        scopes,
        troubleshooting: [
          {
            problem: 'Microsoft asks for an administrator’s approval.',
            remedy: 'An administrator of the tenant has to consent to the app once.',
          },
          {
            problem: 'The connection asks to be reconnected.',
            remedy: 'The password was changed, or the account was unused for 90 days.',
          },
        ],
      },
    },
    {
      kind: 'client_credentials',
      fields: [
        {
          name: 'tenantId',
          in: 'settings',
          label: 'Tenant',
          help: 'The directory (tenant) id of the app registration.',
          type: 'text',
          required: true,
          // Not what stands for any tenant: an app of its own acts in one.
          pattern: '(?!(?:common|organizations|consumers)$)[A-Za-z0-9][A-Za-z0-9.-]*',
          maxLength: 100,
          placeholder: '00000000-0000-0000-0000-000000000000',
          hosts: null,
        },
        {
          name: 'clientId',
          in: 'settings',
          label: 'Client id',
          help: 'The application (client) id of the app registration.',
          type: 'text',
          required: true,
          pattern: '[A-Za-z0-9-]+',
          maxLength: 100,
          placeholder: '00000000-0000-0000-0000-000000000000',
          hosts: null,
        },
        {
          name: 'mailbox',
          in: 'settings',
          label: 'Mailbox',
          help: 'The address whose calendar is read.',
          type: 'email',
          required: true,
          pattern: '[^\\s@/?#]+@[^\\s@/?#]+',
          maxLength: 254,
          placeholder: 'team@your-company.com',
          hosts: null,
        },
        {
          name: 'clientSecret',
          in: 'credentials',
          label: 'Client secret',
          help: 'The value, not the id, of a client secret of the app registration.',
          type: 'password',
          required: true,
          pattern: '[\\x21-\\x7e]+',
          maxLength: 500,
          placeholder: null,
          hosts: null,
        },
      ],
      guide: {
        prerequisites: ['An app registration in Microsoft Entra and an administrator who consents for it.'],
        steps: [
          'Register an app at https://entra.microsoft.com and add the application permission Calendars.Read of Microsoft Graph.',
          'Let an administrator consent to it; an application access policy in Exchange can limit it to some mailboxes.',
          'Make a client secret and enter tenant, client id, secret and the mailbox here.',
        ],
        scopes: [{ scope: 'Calendars.Read', purpose: 'To find events and link them to meetings.' }],
        troubleshooting: [
          {
            problem: 'The credentials are rejected.',
            remedy: 'The client secret has expired: make a new one.',
          },
          {
            problem: 'The mailbox is forbidden or not found.',
            remedy: 'Check the address, the administrator’s consent, and the application access policy.',
          },
        ],
      },
    },
  ],
  oauth: {
    authorizeUrl: 'https://login.microsoftonline.com/{tenant}/oauth2/v2.0/authorize',
    tokenUrl: 'https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token',
    issuer: null,
    clientAuth: 'post',
    pkce: true,
    scopeSeparator: ' ',
    parameters: { response_mode: 'query' },
    scopes,
    // Asked for, and not listed among what a token is good for.
    silentScopes: ['offline_access', 'openid', 'profile', 'email'],
    aliases: {
      'https://graph.microsoft.com/Calendars.Read': 'Calendars.Read',
      'https://graph.microsoft.com/Calendars.ReadWrite': 'Calendars.ReadWrite',
      'https://graph.microsoft.com/User.Read': 'User.Read',
      'calendars.read': 'Calendars.Read',
      'calendars.readwrite': 'Calendars.ReadWrite',
      'user.read': 'User.Read',
    },
    implies: { 'Calendars.ReadWrite': ['Calendars.Read'] },
    appSettings: { tenant: { pattern: '[A-Za-z0-9][A-Za-z0-9.-]{0,99}', standard: 'organizations' } },
    // All that Microsoft offers ends every session of the person.
    revocation: 'none',
    refresh: {
      // A new one comes with each use, and the old one goes on working.
      rotates: false,
      graceSeconds: 0,
      reuseRevokesFamily: false,
      refreshKillsAccess: false,
      refreshTtlDays: 90,
      rolling: true,
      dead: [
        { status: null, error: 'interaction_required' },
        { status: null, error: 'consent_required' },
      ],
      ours: [],
      perSecond: 50,
    },
  },
  entities: [
    {
      type: 'event',
      searchable: true,
      timed: true,
      linkableTo: ['Meeting', 'MeetingInstance', 'OneOnOne'],
      idPattern: /^[A-Za-z0-9_=+-]{1,512}$/,
      needs: ['Calendars.Read'],
    },
  ],
  activity: null,
  sync: eventSync(['Calendars.Read'], 120),
  origins: ['https://graph.microsoft.com'],
  tokenOrigins: ['https://login.microsoftonline.com'],
  linkHosts: [
    'outlook.office365.com',
    'outlook.office.com',
    'outlook.live.com',
    '*.office.com',
    '*.office365.com',
  ],
};
