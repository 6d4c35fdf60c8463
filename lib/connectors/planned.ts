import type { Manifest } from './connector.ts';

/** Providers the catalogue names but that cannot be connected yet: honest about it, and nothing more. */
const plan = (
  id: string,
  name: string,
  category: string,
  description: string,
  status: 'coming_soon' | 'premium' = 'coming_soon',
): Manifest => ({
  id,
  name,
  category,
  description,
  features: [],
  scopes: ['organization', 'user'],
  status,
  statusReason:
    status === 'premium'
      ? `${name} will be part of the premium plan; it cannot be connected yet.`
      : `${name} is planned; it cannot be connected yet.`,
  multiple: false,
  auth: [],
  oauth: null,
  entities: [],
  activity: null,
  sync: null,
  origins: [],
  tokenOrigins: [],
  linkHosts: [],
});

export const planned: readonly Manifest[] = [
  plan('slack', 'Slack', 'communication', 'People, channels and messages.'),
  plan('microsoft_teams', 'Microsoft Teams', 'communication', 'Channel messages and presence.'),
  plan('discord', 'Discord', 'communication', 'Messages to channels.'),
  plan('zoom', 'Zoom', 'communication', 'Meetings with their join links.'),
  plan('trello', 'Trello', 'project_management', 'Boards and cards.'),
  plan('asana', 'Asana', 'project_management', 'Projects and tasks.'),
  plan('linear', 'Linear', 'issue_tracking', 'Issues and people.'),
  plan('gitlab', 'GitLab', 'code', 'People, issues and merge requests.'),
  plan('bitbucket', 'Bitbucket', 'code', 'People, repositories and pull requests.'),
  plan('quickbooks', 'QuickBooks', 'finance', 'Customers and invoices.'),
  plan('xero', 'Xero', 'finance', 'Contacts and invoices.'),
  plan('google_drive', 'Google Drive', 'documents', 'Files and Docs.'),
  plan('notion', 'Notion', 'documents', 'Pages and databases.'),
  plan('confluence', 'Confluence', 'documents', 'Pages.'),
  plan('openai', 'OpenAI', 'ai', 'Summaries with your own key.'),
  plan('zapier', 'Zapier', 'automation', 'Hooks and actions for other tools.', 'premium'),
];
