import type { Manifest } from '../connector.ts';
import { eventSync } from '../event-facts.ts';

const readCalendars = 'https://www.googleapis.com/auth/calendar.readonly';

const scopes = [
  { scope: readCalendars, purpose: 'To find events and link them to meetings.' },
  { scope: 'openid', purpose: 'To know whose account it is.' },
  { scope: 'email', purpose: 'To show which account is connected.' },
];

export const manifest: Manifest = {
  id: 'google_calendar',
  name: 'Google Calendar',
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
      fields: [
        {
          name: 'calendarId',
          in: 'settings',
          label: 'Calendar',
          help: 'The id of another calendar than the primary one.',
          type: 'text',
          required: false,
          pattern: '[^\\s/?#]+',
          maxLength: 300,
          placeholder: 'primary',
          hosts: null,
        },
      ],
      guide: {
        prerequisites: [
          'A Google account with the calendar.',
          'An OAuth app of your organisation, unless your ManagerOS has one for everybody.',
        ],
        steps: [
          'Choose “Connect”, sign in at Google, and leave the calendar permission ticked.',
          'For an app of your own: make an OAuth client of the type “Web application” at https://console.cloud.google.com/apis/credentials, enable the Google Calendar API, and set the callback address shown here.',
        ],
        scopes,
        troubleshooting: [
          {
            problem: 'The connection lacks a permission.',
            remedy: 'The calendar permission was unticked at Google: reconnect and leave it ticked.',
          },
          {
            problem: 'The connection ends after a week.',
            remedy: 'The OAuth app is in testing: publish it.',
          },
          {
            problem: 'Google blocks the app.',
            remedy: 'An administrator of Google Workspace has to allow it.',
          },
        ],
      },
    },
    {
      kind: 'service_account',
      fields: [
        {
          name: 'calendarId',
          in: 'settings',
          label: 'Calendar',
          help: 'The id of the calendar, usually an e-mail address.',
          type: 'text',
          required: true,
          pattern: '[^\\s/?#]+',
          maxLength: 300,
          placeholder: 'team@your-company.com',
          hosts: null,
        },
        {
          name: 'subject',
          in: 'settings',
          label: 'On behalf of',
          help: 'The user to act for, where the account has domain-wide delegation.',
          type: 'email',
          required: false,
          pattern: '[^\\s@]+@[^\\s@]+',
          maxLength: 254,
          placeholder: null,
          hosts: null,
        },
        {
          name: 'clientEmail',
          in: 'credentials',
          label: 'Service account',
          help: 'The `client_email` of its key file.',
          type: 'email',
          required: true,
          pattern: '[^\\s@]+@[^\\s@]+',
          maxLength: 254,
          placeholder: 'name@project.iam.gserviceaccount.com',
          hosts: null,
        },
        {
          name: 'privateKey',
          in: 'credentials',
          label: 'Private key',
          help: 'The `private_key` of its key file.',
          type: 'multiline',
          required: true,
          // Copied out of its file, a key has its line breaks written as a backslash and an n, the last of them too.
          pattern:
            '\\s*-----BEGIN (RSA )?PRIVATE KEY-----[\\s\\S]+-----END (RSA )?PRIVATE KEY-----(\\s|\\\\n)*',
          maxLength: 10_000,
          placeholder: null,
          hosts: null,
        },
      ],
      guide: {
        prerequisites: ['A Google Cloud project with the Google Calendar API enabled.'],
        steps: [
          'Make a service account at https://console.cloud.google.com/iam-admin/serviceaccounts and a key of the type JSON.',
          'Share the calendar with the service account’s address, or give the account domain-wide delegation for the scope below in the Google Workspace admin console.',
          'Enter the calendar’s id, `client_email` and `private_key` of the key file here.',
        ],
        scopes: [{ scope: readCalendars, purpose: 'To find events and link them to meetings.' }],
        troubleshooting: [
          { problem: 'The calendar is not found.', remedy: 'Share it with the service account’s address.' },
          {
            problem: 'The credentials are rejected.',
            remedy: 'The key was deleted, or the account has no delegation for the user to act for.',
          },
        ],
      },
    },
  ],
  oauth: {
    authorizeUrl: 'https://accounts.google.com/o/oauth2/v2/auth',
    tokenUrl: 'https://oauth2.googleapis.com/token',
    issuer: 'https://accounts.google.com',
    clientAuth: 'post',
    pkce: true,
    scopeSeparator: ' ',
    // Without a prompt, a second consent brings no refresh token.
    parameters: { access_type: 'offline', prompt: 'consent' },
    scopes,
    silentScopes: [],
    aliases: {
      'https://www.googleapis.com/auth/userinfo.email': 'email',
      'https://www.googleapis.com/auth/userinfo.profile': 'profile',
    },
    implies: {
      'https://www.googleapis.com/auth/calendar': [
        readCalendars,
        'https://www.googleapis.com/auth/calendar.events',
        'https://www.googleapis.com/auth/calendar.events.readonly',
      ],
    },
    appSettings: {},
    revocation: 'account',
    refresh: {
      rotates: false,
      graceSeconds: 0,
      reuseRevokesFamily: false,
      refreshKillsAccess: false,
      refreshTtlDays: 180,
      rolling: true,
      dead: [],
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
      idPattern: /^[A-Za-z0-9_-]{1,512}$/,
      needs: [readCalendars],
    },
  ],
  activity: null,
  sync: eventSync([readCalendars], 120),
  origins: ['https://www.googleapis.com', 'https://openidconnect.googleapis.com'],
  tokenOrigins: ['https://oauth2.googleapis.com'],
  linkHosts: ['*.google.com', '*.googleusercontent.com'],
};
