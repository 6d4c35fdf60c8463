import type { Standin } from '../../infra/local/standins/standin.ts';
import type { Adapter, Manifest, SearchPage, Session } from '../../lib/connectors/connector.ts';
import { adapterOf, manifestOf } from '../../lib/connectors/registry.ts';
import { openSession } from '../../lib/connectors/session.ts';
import type { AuthKindName } from '../../lib/model/integration.ts';
import type { ExternalItem, ExternalTypeName } from '../../lib/model/link.ts';
import type { Front } from './front.ts';

/** What a connector's test says of its stand-in; all else the suite finds out by itself. */
export type Subject = {
  start: (options: { file: null }) => Promise<Standin>;
  auth: AuthKindName;
  /** What a connect takes. */
  connection: { settings?: Record<string, string>; credentials: Record<string, string> };
  /** For each type the id of something the stand-in has, and a text that finds several of the kind. */
  known: Partial<Record<ExternalTypeName, { id: string; text: string }>>;
  /** The e-mail address of one known person. */
  email: string;
  /** A page of the provider's that says there is another one; `asked` counts the requests. */
  more: (page: Record<string, unknown>, asked: number) => unknown;
};

export type Opened = {
  manifest: Manifest;
  adapter: Adapter;
  open: (options?: { credentials?: Record<string, string>; trying?: boolean; patience?: number }) => Session;
};

const usualPatience = 20_000;

export const opened = async (id: string, { auth, connection }: Subject): Promise<Opened> => {
  const [manifest, adapter] = await Promise.all([manifestOf(id), adapterOf(id)]);
  const { settings = {}, credentials: right } = connection;
  const open: Opened['open'] = ({ credentials = right, trying = false, patience = usualPatience } = {}) =>
    openSession({
      manifest,
      adapter,
      auth,
      settings,
      credentials,
      accessToken: null,
      trying,
      deadline: Date.now() + patience,
      observe: () => {},
    });
  return { manifest, adapter, open };
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
  /** The credentials, in the forms in which they travel. */
  secrets: readonly string[];
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

export const searchFor = (
  { adapter }: Opened,
  session: Session,
  type: ExternalTypeName,
  query: string | null,
  page: { limit: number; after: string | null } = { limit: 50, after: null },
): Promise<SearchPage> => adapter.search(session, { type, query, range: null, ...page });

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
      ? [{ name: 'find persons', run: (session: Session) => findPersons(session, subject.email) }]
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
