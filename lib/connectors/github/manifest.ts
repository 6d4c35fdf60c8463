import type { Manifest } from '../connector.ts';

export const manifest: Manifest = {
  id: 'github',
  name: 'GitHub',
  category: 'code',
  description: 'Link people to their GitHub accounts and see their pull requests.',
  features: [
    'Search people, repositories, pull requests and issues',
    'Link people, tasks and initiatives',
    'Pull requests and metrics',
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
          name: 'token',
          in: 'credentials',
          label: 'Personal access token',
          help: 'A classic or fine-grained personal access token.',
          type: 'password',
          required: true,
          pattern: '[\\x21-\\x7e]+',
          maxLength: 500,
          placeholder: 'github_pat_…',
          hosts: null,
        },
      ],
      guide: {
        prerequisites: ['A GitHub account that can see the repositories whose pull requests matter.'],
        steps: [
          'Open https://github.com/settings/tokens with that account.',
          'Make a fine-grained token for your organisation with read access to metadata, pull requests and issues, or a classic token with the scopes “repo” and “read:org”.',
          'Where the organisation uses single sign-on, authorise the token for it.',
          'Copy the token and enter it here.',
        ],
        scopes: [
          { scope: 'repo', purpose: 'To read pull requests and issues of private repositories.' },
          { scope: 'read:org', purpose: 'To see who belongs to the organisation.' },
        ],
        troubleshooting: [
          { problem: 'The token is rejected.', remedy: 'It has expired or was revoked: make a new one.' },
          {
            problem: 'Pull requests of an organisation are missing.',
            remedy:
              'Authorise the token for the organisation’s single sign-on, or ask its owners to allow fine-grained tokens.',
          },
        ],
      },
    },
    {
      kind: 'oauth2',
      fields: [],
      guide: {
        prerequisites: [
          'A GitHub account that can see the repositories whose pull requests matter.',
          'An OAuth app of your organisation, unless your ManagerOS has one for everybody.',
        ],
        steps: [
          'Choose “Connect”, sign in at GitHub, grant the organisations you want to see, and accept.',
          'For an app of your own: open https://github.com/settings/developers, register an OAuth app, and set the callback address shown here.',
        ],
        scopes: [
          { scope: 'repo', purpose: 'To read pull requests and issues of private repositories.' },
          { scope: 'read:org', purpose: 'To see who belongs to the organisation.' },
          { scope: 'read:user', purpose: 'To know whose account it is.' },
          { scope: 'user:email', purpose: 'To match people by their e-mail address.' },
        ],
        troubleshooting: [
          {
            problem: 'Pull requests of an organisation are missing.',
            remedy: 'Its owners have to approve the app under “Third-party access”.',
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
      // A login; those of managed users end in an underscore and the company's short name.
      idPattern: /^[A-Za-z0-9](?:[A-Za-z0-9]|[-_](?=[A-Za-z0-9])){0,38}$/,
      needs: [],
    },
    {
      type: 'pull_request',
      searchable: true,
      timed: false,
      linkableTo: ['Task', 'Initiative', 'Meeting', 'MeetingInstance', 'OneOnOne'],
      idPattern: /^[A-Za-z0-9][A-Za-z0-9_-]{0,38}\/(?!\.{1,2}#)[A-Za-z0-9._-]{1,100}#\d{1,10}$/,
      needs: ['repo'],
    },
    {
      type: 'issue',
      searchable: true,
      timed: false,
      linkableTo: ['Task', 'Initiative', 'Meeting', 'MeetingInstance', 'OneOnOne'],
      idPattern: /^[A-Za-z0-9][A-Za-z0-9_-]{0,38}\/(?!\.{1,2}#)[A-Za-z0-9._-]{1,100}#\d{1,10}$/,
      needs: ['repo'],
    },
    {
      type: 'repository',
      searchable: true,
      timed: false,
      linkableTo: ['Initiative', 'Team', 'Task'],
      idPattern: /^[A-Za-z0-9][A-Za-z0-9_-]{0,38}\/(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}$/,
      needs: ['repo'],
    },
  ],
  oauth: {
    authorizeUrl: 'https://github.com/login/oauth/authorize',
    tokenUrl: 'https://github.com/login/oauth/access_token',
    issuer: null,
    clientAuth: 'post',
    pkce: true,
    scopeSeparator: ' ',
    parameters: {},
    scopes: [
      { scope: 'read:user', purpose: 'To know whose account it is.' },
      { scope: 'user:email', purpose: 'To match people by their e-mail address.' },
      { scope: 'repo', purpose: 'To read pull requests and issues of private repositories.' },
      { scope: 'read:org', purpose: 'To see who belongs to the organisation.' },
    ],
    silentScopes: [],
    aliases: {},
    implies: {
      user: ['read:user', 'user:email', 'user:follow'],
      repo: ['repo:status', 'repo_deployment', 'public_repo', 'repo:invite', 'security_events'],
      'admin:org': ['write:org', 'read:org'],
      'write:org': ['read:org'],
    },
    appSettings: {},
    revocation: 'token',
    refresh: {
      // Tokens of OAuth apps do not expire; those of GitHub Apps do, if they were made so.
      rotates: true,
      graceSeconds: 0,
      reuseRevokesFamily: false,
      refreshKillsAccess: true,
      refreshTtlDays: 180,
      rolling: true,
      dead: [
        { status: null, error: 'bad_refresh_token' },
        { status: null, error: 'bad_verification_code' },
      ],
      ours: [
        { status: null, error: 'incorrect_client_credentials' },
        { status: null, error: 'redirect_uri_mismatch' },
      ],
      perSecond: 10,
    },
  },
  activity: { needs: ['repo'] },
  sync: {
    streams: ['issues', 'members'],
    needs: ['repo'],
    // What is deleted or moved to another repository is in no answer.
    fullEveryDays: 7,
    perMinute: 60,
    types: {
      task: {
        sources: [
          'title',
          'body',
          'status',
          'author',
          'assignees',
          'labels',
          'repository',
          'milestone',
          'comments',
          'closedAt',
        ],
        mapping: {
          fields: {
            title: 'title',
            description: 'body',
            project: 'repository',
            author: 'author',
            assignees: 'assignees',
            labels: 'labels',
            closedAt: 'closedAt',
          },
          statuses: {},
        },
      },
      pull_request: {
        sources: [
          'title',
          'body',
          'status',
          'author',
          'assignees',
          'labels',
          'repository',
          'milestone',
          'comments',
          'closedAt',
          'mergedAt',
          'draft',
        ],
        mapping: {
          fields: {
            title: 'title',
            description: 'body',
            repository: 'repository',
            author: 'author',
            assignees: 'assignees',
            labels: 'labels',
            draft: 'draft',
            closedAt: 'closedAt',
            mergedAt: 'mergedAt',
          },
          statuses: {},
        },
      },
      person: {
        sources: ['login', 'name', 'email'],
        mapping: { fields: { title: 'name', login: 'login', email: 'email' }, statuses: {} },
      },
    },
  },
  origins: ['https://api.github.com'],
  tokenOrigins: ['https://github.com', 'https://api.github.com'],
  linkHosts: ['github.com', '*.github.com', '*.githubusercontent.com'],
};
