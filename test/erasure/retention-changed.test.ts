import { describeKept } from './kept.ts';

describeKept({ events: 30, activityCache: 4, syncRuns: 7, idempotency: 2 });
