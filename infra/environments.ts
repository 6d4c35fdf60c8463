import type { Settings } from '../lib/contract/settings.ts';

type Throttle = { rate: number; burst: number };

/** All that differs between deployments. What functions must know of it becomes their SETTINGS. */
export type Environment = Omit<Settings, 'environment' | 'publicUrl'> & {
  name: string;
  /** Null: those of the credentials the deployment runs with. */
  account: string | null;
  region: string | null;
  /** Who signs session tokens, and for whom: the gateway refuses any other. */
  jwt: { issuer: string; audience: string };
  /** Web pages whose scripts may call the API. */
  allowedOrigins: readonly string[];
  /** Null: the HTTP API's own address. */
  publicUrl: string | null;
  alarmEmail: string | null;
  /** Dollars a month that the account may cost; told at four fifths, and when more is to be expected. */
  monthlyBudget: number;
  /** ARNs of KMS keys that wrapped data keys before ours; taken out once `rotate-keys` wrapped all anew. */
  formerKeys: readonly string[];
  /** A copy of the table, restored to a point in time, that takes its place; the table itself stays as it is. */
  restoredTable: { name: string; streamArn: string } | null;
  /** Whether table, key and logs outlive their stack. */
  removal: 'retain' | 'destroy';
  /** Concurrency set aside for single functions, by name (`jobs-purge-integration`). */
  reservedConcurrency: Readonly<Record<string, number>> | null;
  /** Requests a second that the gateway lets through; fewer where a call reaches a provider. */
  throttles: { standard: Throttle; providers: Throttle };
  logRetentionDays: 14 | 30 | 90 | 180 | 365;
};

/** Stands for what only its operator knows; an environment that holds it is not deployed. */
const placeholder = 'replace-me';

const shared = {
  account: null,
  region: null,
  /** As the token template in the README names them. */
  claims: { user: 'sub', organization: 'org_id', role: 'org_role', person: 'person_id', plan: 'plan' },
  roles: { admin: ['org:admin', 'admin'], member: ['org:member', 'member'] },
  publicUrl: null,
  allowedHosts: {},
  limits: { perUser: 120, perOrganization: 600, perIntegration: 300 },
  refresh: {
    margin: 300_000,
    deadline: 90_000,
    limit: 120_000,
    lease: 125_000,
    wait: 10_000,
    pause: 30_000,
  },
  sync: { attempts: 6, backoff: 10_000 },
  minutesSaved: { task: 2, pull_request: 3, event: 1, person: 1 },
  plans: {
    free: { integrations: 5, minInterval: 'daily', priority: false },
    premium: { integrations: null, minInterval: null, priority: true },
  },
  retention: { events: 400, activityCache: 1, syncRuns: 90, idempotency: 1 },
  assertionKeys: [],
  formerKeys: [],
  restoredTable: null,
  reservedConcurrency: null,
} satisfies Partial<Environment>;

const dev: Environment = {
  ...shared,
  name: 'dev',
  // Nobody can have a name like this: whoever deploys it as it is lets nobody in.
  jwt: { issuer: 'https://clerk.invalid', audience: 'manageros-integrations-dev' },
  allowedOrigins: ['http://localhost:3000'],
  returnPages: { default: 'http://localhost:3000/settings/integrations' },
  alarmEmail: null,
  monthlyBudget: 20,
  removal: 'destroy',
  throttles: { standard: { rate: 50, burst: 100 }, providers: { rate: 20, burst: 40 } },
  logRetentionDays: 14,
};

const staging: Environment = {
  ...shared,
  name: 'staging',
  jwt: { issuer: `https://${placeholder}.clerk.accounts.dev`, audience: 'manageros-integrations-staging' },
  allowedOrigins: [`https://${placeholder}.example`],
  returnPages: { default: `https://${placeholder}.example/settings/integrations` },
  alarmEmail: null,
  monthlyBudget: 50,
  removal: 'destroy',
  throttles: { standard: { rate: 100, burst: 200 }, providers: { rate: 40, burst: 80 } },
  logRetentionDays: 30,
};

const prod: Environment = {
  ...shared,
  name: 'prod',
  jwt: { issuer: `https://${placeholder}.example`, audience: 'manageros-integrations' },
  allowedOrigins: [`https://${placeholder}.example`],
  returnPages: { default: `https://${placeholder}.example/settings/integrations` },
  alarmEmail: `${placeholder}@example.com`,
  monthlyBudget: 500,
  removal: 'retain',
  throttles: { standard: { rate: 500, burst: 1_000 }, providers: { rate: 200, burst: 400 } },
  logRetentionDays: 90,
};

export const environments = { dev, staging, prod } as const;

export const environmentNamed = (name: string): Environment => {
  const found = Object.values(environments).find((environment) => environment.name === name);
  if (found) return found;
  throw new Error(
    `There is no environment "${name}"; choose one of ${Object.keys(environments).join(', ')}.`,
  );
};

const placeholdersIn = (value: unknown, path: string): string[] => {
  if (typeof value === 'string') return value.includes(placeholder) ? [path] : [];
  if (typeof value !== 'object' || value === null) return [];
  const below = path === '' ? '' : `${path}.`;
  return Object.entries(value).flatMap(([name, part]) => placeholdersIn(part, `${below}${name}`));
};

/** An environment whose operator has not said who signs tokens must not be deployed with a guess. */
export const refusePlaceholders = (environment: Environment): void => {
  const open = placeholdersIn(environment, '');
  if (open.length === 0) return;
  throw new Error(
    `The environment "${environment.name}" is not filled in: set ${open.join(', ')} in infra/environments.ts.`,
  );
};
