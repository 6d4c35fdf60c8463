/** What happened: audit entry, outbox and activity feed at once. Never holds a secret. */
export type Action =
  | 'integration.created'
  | 'integration.updated'
  | 'integration.credentials_changed'
  | 'integration.enabled'
  | 'integration.disabled'
  | 'integration.tested'
  | 'integration.health_changed'
  | 'integration.reset'
  | 'integration.reconnected'
  | 'integration.deleted'
  | 'oauth.started'
  | 'oauth.denied'
  | 'consent.withdrawn'
  | 'tokens.revoked'
  | 'app.updated'
  | 'app.deleted'
  | 'calendar.imported'
  | 'link.created'
  | 'link.refreshed'
  | 'link.deleted'
  | 'policy.updated'
  | 'sync.finished'
  | 'sync.scheduled'
  | 'mapping.updated'
  | 'rating.given'
  | 'job.redriven'
  | 'erasure.requested';

export type NewEvent = {
  /** A user's id, or `system`. */
  actor: string;
  action: Action;
  /** Id of what was changed. */
  target: string;
  provider: string | null;
  outcome: 'ok' | 'failed';
  detail: Record<string, unknown>;
};

export type Event = NewEvent & { id: string; at: string };
