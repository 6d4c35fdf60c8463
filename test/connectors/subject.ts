import type { Standin } from '../../infra/local/standins/standin.ts';
import type { Adapter, Manifest, SearchPage, Session } from '../../lib/connectors/connector.ts';
import { adapterOf, manifestOf } from '../../lib/connectors/registry.ts';
import { openSession } from '../../lib/connectors/session.ts';
import { tryCredentialsOf } from '../../lib/integrations/attempt.ts';
import type { AuthKindName } from '../../lib/model/integration.ts';
import type { ExternalItem, ExternalTypeName } from '../../lib/model/link.ts';
import type { Front } from './front.ts';

/** What a connector's test says of its stand-in; all else the suite finds out by itself. */
export type Subject = {
  start: (options: { file: null }) => Promise<Standin>;
  auth: AuthKindName;
  /** What a connect takes; without credentials where somebody consents. */
  connection: { settings?: Record<string, string>; credentials: Record<string, string> };
  /** A consent as the stand-in's `oauth/families` takes it, for a connection that begins with one. */
  consent?: { client: string; account: string; scopes: string[]; resources?: string[] };
  /** Other credentials than the right ones, where not just any text will do. */
  wrong?: Record<string, string>;
  /** For each type the id of something the stand-in has, and a text that finds several of the kind. */
  known: Partial<Record<ExternalTypeName, { id: string; text: string }>>;
  /** The e-mail address of one known person, where persons are found by it. */
  email?: string;
  /** A page of the provider's that says there is another one, where work is collected; `asked` counts the requests. */
  more?: (page: Record<string, unknown>, asked: number) => unknown;
};

type Values = Record<string, string>;
type OpenOptions = { sent?: Values; trying?: boolean; patience?: number };

export type Opened = {
  manifest: Manifest;
  adapter: Adapter;
  /** Gets the access token of a connection that lives by tokens. */
  connect: (standin: Standin) => Promise<void>;
  /** The names of what a session sends, credentials or a token. */
  names: readonly string[];
  sent: () => Values;
  open: (options?: OpenOptions) => Session;
};

const usualPatience = 20_000;

const consented = async (standin: Standin, consent: Subject['consent']): Promise<string> => {
  const response = await fetch(`${standin.origin}/__standin/oauth/families`, {
    method: 'POST',
    body: JSON.stringify(consent),
  });
  const { access } = (await response.json()) as { access?: string };
  if (!access) throw new Error(`The stand-in gives no token: ${response.status}`);
  return access;
};

export const opened = async (id: string, subject: Subject): Promise<Opened> => {
  const { auth, connection, consent } = subject;
  const { credentials } = connection;
  const [manifest, adapter] = await Promise.all([manifestOf(id), adapterOf(id)]);
  const byToken = auth !== 'api_token';
  let settings = connection.settings ?? {};
  let token = '';
  const sent = (): Values => (byToken ? { accessToken: token } : credentials);

  const open: Opened['open'] = ({ sent: given = sent(), trying = false, patience = usualPatience } = {}) =>
    openSession({
      manifest,
      adapter,
      auth,
      settings,
      credentials: byToken ? {} : given,
      accessToken: byToken ? (given['accessToken'] ?? '') : null,
      trying,
      deadline: Date.now() + patience,
      observe: () => {},
    });
  const connect = async (standin: Standin): Promise<void> => {
    if (!byToken) return;
    token = consent
      ? await consented(standin, consent)
      : ((await tryCredentialsOf(manifest, auth, { settings, credentials })).tokens?.accessToken ?? '');
    const [site] = (await adapter.sites?.(open())) ?? [];
    settings = { ...settings, ...site?.settings };
  };
  return { manifest, adapter, connect, names: Object.keys(sent()), sent, open };
};

export type Operation = {
  name: string;
  run: (session: Session) => Promise<unknown>;
};

/** What the parts of the suite work with. */
export type Bench = {
  id: string;
  subject: Subject;
  connector: Opened;
  operations: readonly Operation[];
  /** What is sent to prove who asks, in the forms in which it travels. */
  secrets: () => readonly string[];
  front: () => Front;
};

const day = 86_400_000;
export const range = {
  from: new Date(Date.now() - 90 * day).toISOString(),
  to: new Date(Date.now() + day).toISOString(),
};

export const factsOf = (subject: Subject, type: ExternalTypeName): { id: string; text: string } => {
  const facts = subject.known[type];
  if (!facts) throw new Error(`The test names nothing known of the type ${type}.`);
  return facts;
};

const emailOf = ({ email }: Subject): string => {
  if (email === undefined) throw new Error('The test names nobody who is found by an e-mail address.');
  return email;
};

export const searchFor = (
  { manifest, adapter }: Opened,
  session: Session,
  type: ExternalTypeName,
  query: string | null,
  page: { limit: number; after: string | null } = { limit: 50, after: null },
): Promise<SearchPage> => {
  const isTimed = manifest.entities.some((facts) => facts.type === type && facts.timed);
  return adapter.search(session, { type, query, range: isTimed ? range : null, ...page });
};

/** Every call the house makes of an adapter. */
export const operationsOf = (subject: Subject, one: Opened): Operation[] => {
  const { manifest, adapter } = one;
  const { findPersons, activity } = adapter;
  const searchable = manifest.entities.filter((facts) => facts.searchable);
  return [
    { name: 'identify', run: (session) => adapter.identify(session) },
    ...searchable.map(({ type }) => ({
      name: `search ${type}`,
      run: (session: Session) => searchFor(one, session, type, factsOf(subject, type).text),
    })),
    ...manifest.entities.map(({ type }) => ({
      name: `read ${type}`,
      run: (session: Session) => adapter.read(session, type, factsOf(subject, type).id),
    })),
    ...(findPersons
      ? [{ name: 'find persons', run: (session: Session) => findPersons(session, emailOf(subject)) }]
      : []),
    ...(activity
      ? [
          {
            name: 'activity',
            run: (session: Session) =>
              activity(session, { personId: factsOf(subject, 'person').id, range, organizations: [] }),
          },
        ]
      : []),
  ];
};

/** The items in whatever an operation gives. */
export const itemsIn = (result: unknown): ExternalItem[] => {
  if (Array.isArray(result)) return result as ExternalItem[];
  const { items } = (result ?? {}) as { items?: ExternalItem[] };
  return items ?? (result ? [result as ExternalItem] : []);
};
