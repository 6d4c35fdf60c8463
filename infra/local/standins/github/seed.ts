import { standinNow } from '../standin.ts';
import { seedOAuth } from './oauth/apps.ts';
import { ids, seedItems } from './seed-items.ts';
import { type Account, isoTime, type Repository, type State } from './state.ts';

/** The company Acme on GitHub: the ids are fixed, the times lie in the sixty days before the seeding. */

const joined = isoTime(Date.UTC(2021, 4, 17, 9));

const account = (
  id: number,
  login: string,
  name: string,
  privateEmail: string,
  rest: Partial<Account> = {},
): Account => ({
  id,
  login,
  type: 'User',
  name,
  email: null,
  emails: [
    { email: privateEmail, primary: true, verified: true, visibility: rest.email ? 'public' : 'private' },
  ],
  bio: null,
  company: '@acme-corp',
  location: null,
  createdAt: joined,
  updatedAt: joined,
  ...rest,
});

const accounts = (): Account[] => [
  {
    ...account(ids.acme, 'acme-corp', 'Acme Corp', 'hello@acme.example'),
    type: 'Organization',
    company: null,
    emails: [],
    bio: 'Everything for the roadrunner hunter',
  },
  account(ids.ada, 'ada-acme', 'Ada Lovelace', 'ada@acme.example', {
    email: 'ada@acme.example',
    bio: 'Engines and notes',
  }),
  account(ids.grace, 'grace-acme', 'Grace Hopper', 'grace@acme.example'),
  account(ids.linus, 'linus-acme', 'Linus Park', 'linus@acme.example', { email: 'linus@acme.example' }),
  account(ids.margaret, 'margaret-acme', 'Margaret Stone', 'margaret@acme.example'),
  account(ids.admin, 'acme-bot-admin', 'Acme Bot Admin', 'bot-admin@acme.example'),
];

const repository = (id: number, name: string, owner: number, rest: Partial<Repository>): Repository => ({
  id,
  name,
  owner,
  private: false,
  description: null,
  language: 'TypeScript',
  topics: [],
  archived: false,
  fork: false,
  stars: 0,
  collaborators: [],
  formerNames: [],
  createdAt: joined,
  updatedAt: joined,
  pushedAt: joined,
  ...rest,
});

const repositories = (): Repository[] => [
  repository(ids.webShop, 'web-shop', ids.acme, { private: true, description: 'The shop customers see' }),
  repository(ids.opsTools, 'ops-tools', ids.acme, { description: 'Scripts for running the shop', stars: 12 }),
  repository(ids.dotfiles, 'dotfiles', ids.ada, { description: 'My configuration', language: 'Shell' }),
];

export const seed = (): State => ({
  oauth: seedOAuth(),
  nextId: 100_000,
  accounts: accounts(),
  memberships: [
    { organization: ids.acme, user: ids.ada, role: 'member', public: true },
    { organization: ids.acme, user: ids.grace, role: 'member', public: false },
    { organization: ids.acme, user: ids.linus, role: 'member', public: true },
    { organization: ids.acme, user: ids.margaret, role: 'member', public: false },
    { organization: ids.acme, user: ids.admin, role: 'admin', public: false },
  ],
  tokens: [
    {
      value: 'ghp_demo_token_acme',
      user: ids.admin,
      scopes: ['repo', 'read:org'],
      grant: null,
      expiresAt: null,
      ssoRequired: [],
    },
  ],
  repositories: repositories(),
  items: seedItems(standinNow()),
  rateRules: [],
  secondaryRules: [],
  rateWindows: {},
  search: { incomplete: 0, keep: null, advanced: false },
});
