import type { Manifest } from '../connector.ts';

export const manifest: Manifest = {
  id: 'jira',
  name: 'Jira',
  category: 'issue_tracking',
  description: 'Link people to their Jira accounts and see the tickets assigned to them.',
  features: [
    'Search people and issues',
    'Link people, tasks and initiatives',
    'Assigned tickets and metrics',
  ],
  scopes: ['organization', 'user'],
  status: 'available',
  statusReason: null,
  multiple: true,
  auth: [
    {
      kind: 'api_token',
      fields: [
        {
          name: 'baseUrl',
          in: 'settings',
          label: 'Site address',
          help: 'The address of your Jira site.',
          type: 'url',
          required: true,
          pattern: null,
          maxLength: 200,
          placeholder: 'https://your-company.atlassian.net',
          hosts: ['*.atlassian.net'],
        },
        {
          name: 'username',
          in: 'credentials',
          label: 'E-mail address',
          help: 'The e-mail address of the Atlassian account the token belongs to.',
          type: 'email',
          required: true,
          pattern: '[^\\s@:]+@[^\\s@:]+',
          maxLength: 254,
          placeholder: 'you@your-company.com',
          hosts: null,
        },
        {
          name: 'apiToken',
          in: 'credentials',
          label: 'API token',
          help: 'An API token of that account.',
          type: 'password',
          required: true,
          pattern: '[\\x21-\\x7e]+',
          maxLength: 1000,
          placeholder: null,
          hosts: null,
        },
      ],
      guide: {
        prerequisites: [
          'A Jira Cloud site.',
          'An Atlassian account that may browse the projects and people you want to see; a technical account is best for the organisation.',
        ],
        steps: [
          'Open https://id.atlassian.com/manage-profile/security/api-tokens with that account.',
          'Choose “Create API token”, give it a name and an expiry date, and copy the token.',
          'Enter the address of your site, the e-mail address of the account and the token here.',
        ],
        scopes: [
          { scope: 'Browse users and groups', purpose: 'To find people and link them.' },
          { scope: 'Browse projects', purpose: 'To read the tickets assigned to linked people.' },
        ],
        troubleshooting: [
          {
            problem: 'The credentials are rejected.',
            remedy: 'Check the e-mail address and make a new token: tokens expire within a year.',
          },
          {
            problem: 'People are not found.',
            remedy: 'The account needs the global permission “Browse users and groups”.',
          },
          {
            problem: 'E-mail addresses are missing.',
            remedy:
              'People decide in their Atlassian profile who sees their address; searching by it works all the same.',
          },
        ],
      },
    },
    {
      kind: 'oauth2',
      fields: [],
      guide: {
        prerequisites: [
          'An Atlassian account that can see the projects and people you want to see.',
          'An OAuth app of your organisation, unless your ManagerOS has one for everybody.',
        ],
        steps: [
          'Choose “Connect”, sign in at Atlassian, choose the site, and accept.',
          'Where several sites come with the consent, choose one of them here.',
          'For an app of your own: open https://developer.atlassian.com/console/myapps, make an OAuth 2.0 integration, add the Jira API with the scopes below, and set the callback address shown here.',
        ],
        scopes: [
          { scope: 'read:jira-user', purpose: 'To find people and link them.' },
          { scope: 'read:jira-work', purpose: 'To read the tickets assigned to linked people.' },
          { scope: 'offline_access', purpose: 'To stay connected without asking again.' },
        ],
        troubleshooting: [
          {
            problem: 'Atlassian says that the app is not available to you.',
            remedy: 'The owner of the app has to enable its distribution.',
          },
          {
            problem: 'The connection asks to be reconnected.',
            remedy: 'Somebody removed the app in the account’s connected apps, or it was unused for 90 days.',
          },
        ],
      },
    },
  ],
  entities: [
    {
      type: 'person',
      searchable: true,
      timed: false,
      linkableTo: ['Person'],
      idPattern: /^[A-Za-z0-9:_-]{1,128}$/,
      needs: ['read:jira-user'],
    },
    {
      type: 'issue',
      searchable: true,
      timed: false,
      linkableTo: ['Task', 'Initiative', 'Meeting', 'MeetingInstance', 'OneOnOne'],
      idPattern: /^[A-Z][A-Z0-9_]{0,60}-\d{1,12}$/,
      needs: ['read:jira-work'],
    },
  ],
  oauth: {
    authorizeUrl: 'https://auth.atlassian.com/authorize',
    tokenUrl: 'https://auth.atlassian.com/oauth/token',
    issuer: null,
    clientAuth: 'post',
    // Atlassian documents no PKCE for its three-legged OAuth.
    pkce: false,
    scopeSeparator: ' ',
    parameters: { audience: 'api.atlassian.com', prompt: 'consent' },
    scopes: [
      { scope: 'read:jira-user', purpose: 'To find people and link them.' },
      { scope: 'read:jira-work', purpose: 'To read the tickets assigned to linked people.' },
      { scope: 'offline_access', purpose: 'To stay connected without asking again.' },
    ],
    silentScopes: ['offline_access'],
    aliases: {},
    implies: {},
    appSettings: {},
    revocation: 'none',
    refresh: {
      rotates: true,
      graceSeconds: 600,
      reuseRevokesFamily: true,
      refreshKillsAccess: false,
      refreshTtlDays: 90,
      rolling: true,
      // A dead refresh token is answered with 403, whatever the body says; a wrong client secret with access_denied.
      dead: [{ status: 403, error: null }],
      ours: [
        { status: null, error: 'access_denied' },
        { status: 401, error: null },
      ],
      perSecond: 20,
    },
  },
  activity: { needs: ['read:jira-work'] },
  sync: {
    streams: ['issues'],
    needs: ['read:jira-work'],
    // A deleted or moved issue is in no answer.
    fullEveryDays: 7,
    perMinute: 60,
    types: {
      task: {
        sources: [
          'summary',
          'description',
          'status',
          'issueType',
          'priority',
          'project',
          'projectName',
          'assignee',
          'assigneeId',
          'reporter',
          'labels',
          'dueDate',
          'resolvedAt',
        ],
        mapping: {
          fields: {
            title: 'summary',
            description: 'description',
            kind: 'issueType',
            priority: 'priority',
            project: 'project',
            assignee: 'assignee',
            assigneeId: 'assigneeId',
            labels: 'labels',
            dueAt: 'dueDate',
            closedAt: 'resolvedAt',
          },
          statuses: {},
        },
      },
    },
  },
  origins: ['https://api.atlassian.com'],
  tokenOrigins: ['https://auth.atlassian.com'],
  // Avatars come from Atlassian's own hosts or from Gravatar.
  linkHosts: ['*.atlassian.net', '*.atlassian.com', '*.atl-paas.net', 'secure.gravatar.com'],
};
