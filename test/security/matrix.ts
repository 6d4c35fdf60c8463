import type { OperationId } from '../../lib/client/client.ts';
import { newId } from '../support/api.ts';
import { plantedSecret } from '../support/secrets.ts';
import type { Company, Subject } from './company.ts';

/**
 * The authorisation matrix: for each operation how to make a call that is valid for a subject, be it
 * the organisation's integration or a member's own. Who is refused, and how, is derived from this and
 * from the definitions. An operation without a row does not compile.
 */
export type Parts = {
  params?: Record<string, string>;
  query?: Record<string, string>;
  body?: Record<string, unknown>;
};

export type Way = {
  /** Of an operation with several methods. */
  method?: string;
  /** Whose id the call names; what is foreign or absent is then 404. Null: it speaks of the caller's own data. */
  names: 'integration' | 'calendar' | 'link' | 'attempt' | null;
  /**
   * What a member gets on what is the organisation's where a rule finer than the definition's decides:
   * 403, 404, or an answer that shows nothing of it.
   */
  member?: 'forbidden' | 'unknown' | 'nothing';
  /** What is named is looked for among what the caller may see: to others it does not exist. */
  elsewhere?: 'unknown';
  /** A refused call ends what it names: the one thing that a refusal may change. */
  burns?: true;
  /** The holder's answer names the subject's integration, so that its absence elsewhere means something. */
  shows?: true;
  parts: (subject: Subject, company: Company) => Parts;
};

const byId = ({ integrationId }: Subject): Parts => ({ params: { id: integrationId } });
const byCalendar = ({ calendar }: Subject): Parts => ({ params: { id: calendar.integrationId } });
const byLink = ({ linkId }: Subject): Parts => ({ params: { id: linkId } });
const nothing = (): Parts => ({});

const spareJira = ({ scope }: Subject, { spare }: Company): Parts => ({
  body: { provider: 'jira', scope, auth: 'api_token', ...spare.connection },
});

const ownApp = { params: { provider: 'github' } };

/** A row of the old app with its secrets in clear, as the oldest have them. */
const legacyJira = (_subject: Subject, { spare }: Company): Parts => ({
  body: {
    integrations: [
      {
        id: 'legacy_1',
        provider: 'jira',
        config: { ...spare.connection.settings, ...spare.connection.credentials },
      },
    ],
  },
});

const file = `BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Acme//EN
BEGIN:VEVENT
UID:planning@acme.example
DTSTAMP:20260101T090000Z
DTSTART:20260102T090000Z
DTEND:20260102T100000Z
SUMMARY:Planning
END:VEVENT
END:VCALENDAR`.replaceAll('\n', '\r\n');

const proxied = (method: string): Way => ({
  method,
  names: 'integration',
  parts: ({ integrationId, path }) => ({ params: { id: integrationId, path } }),
});

const day = (offset: number): string => new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10);
const range = { from: day(-30), to: day(0) };

export const matrix: Record<OperationId, Readonly<Record<string, Way>>> = {
  'system.health': { plain: { names: null, parts: nothing } },
  'system.openapi': { plain: { names: null, parts: nothing } },

  'providers.list': { plain: { names: null, parts: nothing } },
  'providers.get': { plain: { names: null, parts: ({ provider }) => ({ params: { provider } }) } },

  'integrations.connect': { plain: { names: null, member: 'forbidden', parts: spareJira } },
  'integrations.try': { plain: { names: null, member: 'forbidden', parts: spareJira } },
  'integrations.list': { plain: { names: null, shows: true, parts: nothing } },
  'integrations.get': { plain: { names: 'integration', parts: byId } },
  'integrations.update': {
    plain: {
      names: 'integration',
      parts: (subject) => ({ ...byId(subject), body: { name: 'Another name', version: subject.version } }),
    },
  },
  'integrations.delete': { plain: { names: 'integration', parts: byId } },
  'integrations.test': { plain: { names: 'integration', parts: byId } },
  'integrations.reset': { plain: { names: 'integration', parts: byId } },
  'integrations.reconnect': {
    'with credentials': {
      names: 'integration',
      parts: (subject) => ({ ...byId(subject), body: { auth: 'api_token', ...subject.connection } }),
    },
    'by consent': {
      names: 'calendar',
      parts: (subject) => ({ ...byCalendar(subject), body: { auth: 'oauth2', returnTo: 'default' } }),
    },
  },
  'integrations.health': { plain: { names: 'integration', parts: byId } },
  'integrations.search': {
    plain: { names: 'integration', parts: (subject) => ({ ...byId(subject), body: { query: 'ada' } }) },
  },
  'integrations.entity': {
    plain: {
      names: 'integration',
      parts: (subject) => ({
        ...byId(subject),
        query: { type: subject.external.type, externalId: subject.external.id },
      }),
    },
  },
  'integrations.proxy': {
    'with GET': proxied('GET'),
    'with POST': proxied('POST'),
    'with PUT': proxied('PUT'),
    'with PATCH': proxied('PATCH'),
    'with DELETE': proxied('DELETE'),
  },

  'links.create': {
    plain: {
      names: 'integration',
      parts: ({ integrationId, external }) => ({
        body: { entity: { type: 'Person', id: newId('person') }, integrationId, external },
      }),
    },
  },
  'links.list': {
    'of an entity': {
      names: null,
      shows: true,
      parts: ({ entity }) => ({ query: { entityType: entity.type, entityId: entity.id } }),
    },
    'of something external': {
      names: 'integration',
      parts: ({ integrationId, external }) => ({
        query: { integrationId, externalType: external.type, externalId: external.id },
      }),
    },
  },
  'links.bulk': {
    plain: {
      names: 'integration',
      parts: ({ integrationId, email }) => ({
        body: { integrationId, candidates: [{ entity: { type: 'Person', id: newId('person') }, email }] },
      }),
    },
  },
  'links.get': { plain: { names: 'link', parts: byLink } },
  'links.delete': { plain: { names: 'link', member: 'forbidden', parts: byLink } },
  'links.refresh': { plain: { names: 'link', parts: byLink } },

  'activity.person': {
    'of somebody': {
      names: null,
      member: 'forbidden',
      shows: true,
      parts: ({ entity }) => ({ params: { personId: entity.id }, query: range }),
    },
    'in one integration': {
      names: null,
      member: 'forbidden',
      shows: true,
      parts: ({ entity, integrationId }) => ({
        params: { personId: entity.id },
        query: { ...range, integrationId },
      }),
    },
  },
  'activity.team': {
    plain: {
      names: null,
      member: 'nothing',
      shows: true,
      parts: ({ entity }) => ({ body: { personIds: [entity.id], ...range } }),
    },
  },

  'apps.get': { plain: { names: null, parts: () => ownApp } },
  'apps.put': {
    plain: {
      names: null,
      parts: () => ({
        ...ownApp,
        body: { clientId: newId('client'), clientSecret: plantedSecret('app'), settings: {} },
      }),
    },
  },
  'apps.delete': { plain: { names: null, parts: () => ownApp } },

  'oauth.callback': {
    plain: {
      names: null,
      parts: (_subject, { answer }) => ({ params: { provider: 'microsoft_outlook' }, query: answer }),
    },
  },
  'oauth.complete': {
    plain: {
      names: 'attempt',
      member: 'unknown',
      burns: true,
      parts: ({ attempt }) => ({ params: { id: attempt.id }, body: { ticket: attempt.ticket } }),
    },
  },
  'consents.list': { plain: { names: null, parts: nothing } },
  'consents.withdraw': { plain: { names: 'calendar', parts: byCalendar } },

  'calendar.import': {
    'of a connected calendar': {
      names: 'calendar',
      parts: ({ calendar }) => ({
        body: { integrationId: calendar.integrationId, externalId: calendar.eventId },
      }),
    },
    'of a file': { names: null, parts: () => ({ body: { ics: file } }) },
  },

  'migration.status': { plain: { names: null, parts: nothing } },
  'migration.preview': { plain: { names: null, parts: legacyJira } },
  'migration.run': { plain: { names: null, parts: legacyJira } },

  'search.across': { plain: { names: null, shows: true, parts: () => ({ body: { query: 'ada' } }) } },
  'syncs.start': { plain: { names: 'integration', parts: byId } },
  'syncs.list': { plain: { names: 'integration', parts: byId } },
  'syncs.get': {
    plain: {
      names: 'integration',
      parts: ({ integrationId, syncId }) => ({ params: { id: integrationId, syncId } }),
    },
  },
  'schedule.get': { plain: { names: 'integration', parts: byId } },
  'schedule.put': {
    plain: { names: 'integration', parts: (subject) => ({ ...byId(subject), body: { interval: 'daily' } }) },
  },
  'records.list': { plain: { names: 'integration', parts: byId } },
  'mapping.get': { plain: { names: 'integration', parts: byId } },
  'mapping.put': {
    plain: { names: 'integration', parts: (subject) => ({ ...byId(subject), body: { mapping: {} } }) },
  },
  'mapping.preview': {
    plain: { names: 'integration', parts: (subject) => ({ ...byId(subject), body: { mapping: {} } }) },
  },
  'ratings.put': {
    plain: { names: 'integration', parts: (subject) => ({ ...byId(subject), body: { stars: 4 } }) },
  },
  'ratings.list': { plain: { names: null, parts: nothing } },
  'stats.get': { plain: { names: null, parts: nothing } },
  'recommendations.get': { plain: { names: null, parts: nothing } },
  'usage.get': { plain: { names: null, parts: () => ({ query: range }) } },
  'failures.list': { plain: { names: null, parts: nothing } },
  'failures.redrive': {
    plain: { names: null, elsewhere: 'unknown', parts: ({ failureId }) => ({ params: { failureId } }) },
  },

  'policy.get': { plain: { names: null, parts: nothing } },
  'policy.put': { plain: { names: null, parts: () => ({ body: { activity: 'admins' } }) } },
  'audit.list': { plain: { names: null, parts: nothing } },

  'erasures.request': {
    plain: {
      names: null,
      parts: () => ({ body: { subject: { kind: 'entity', entity: { type: 'Task', id: newId('task') } } } }),
    },
  },
  'erasures.list': { plain: { names: null, parts: nothing } },
  'exports.read': {
    plain: {
      names: null,
      member: 'forbidden',
      shows: true,
      parts: ({ scope }) => ({ query: { kind: scope } }),
    },
  },
  'inbound.clerk': { plain: { names: null, parts: () => ({ params: { token: newId('address') } }) } },
};
