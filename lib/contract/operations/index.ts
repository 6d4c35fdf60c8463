import type { Operation } from '../define.ts';
import * as activity from './activity.ts';
import { importEvents } from './calendar.ts';
import * as erasure from './erasure.ts';
import { clerkEvent } from './inbound.ts';
import * as insight from './insight.ts';
import * as integrations from './integrations.ts';
import * as links from './links.ts';
import * as migration from './migration.ts';
import * as oauth from './oauth.ts';
import { getPolicy, listEvents, putPolicy } from './organization.ts';
import * as providers from './providers.ts';
import * as sync from './sync.ts';
import * as system from './system.ts';
import * as use from './use.ts';

/** Every operation, in the order of the documentation. Routes, functions, OpenAPI, client and tests derive from it. */
export const operations = [
  system.health,
  system.openapi,
  providers.listProviders,
  providers.getProvider,
  integrations.connect,
  integrations.tryConnection,
  integrations.list,
  integrations.get,
  integrations.update,
  integrations.remove,
  integrations.test,
  integrations.reset,
  integrations.reconnect,
  integrations.health,
  use.search,
  use.entity,
  use.proxy,
  use.searchAcross,
  oauth.callback,
  oauth.complete,
  oauth.getApp,
  oauth.putApp,
  oauth.deleteApp,
  oauth.listConsents,
  oauth.withdrawConsent,
  links.createLink,
  links.listLinks,
  links.linkPersons,
  links.getLink,
  links.deleteLink,
  links.refreshLink,
  activity.personActivity,
  activity.teamActivity,
  importEvents,
  migration.migrationStatus,
  migration.previewMigration,
  migration.runMigration,
  sync.startSync,
  sync.listSyncs,
  sync.getSync,
  sync.getSchedule,
  sync.putSchedule,
  sync.listRecords,
  sync.getMapping,
  sync.putMapping,
  sync.previewMapping,
  insight.getStats,
  insight.getRecommendations,
  insight.getUsage,
  insight.putRating,
  insight.listRatings,
  insight.listFailures,
  insight.redriveFailure,
  getPolicy,
  putPolicy,
  listEvents,
  erasure.requestErasure,
  erasure.listErasures,
  erasure.readExport,
  clerkEvent,
] as const satisfies readonly Operation[];

export type AnyOperation = (typeof operations)[number];
