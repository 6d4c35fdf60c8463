import { expect, it } from 'vitest';
import { manifest } from '../../lib/connectors/github/manifest.ts';
import { refreshAhead } from '../../lib/contract/schedules.ts';
import { dueAtOnce } from './due.ts';

it('what a provider likes no more of before the next run goes with that, while its tokens still live', async () => {
  const room = (manifest.oauth?.refresh.perSecond ?? 0) * refreshAhead.every * 60;

  const { asked } = await dueAtOnce(room + 50, { providers: ['github'], runs: 3, handled: false });

  expect(asked).toEqual([room, 50, 0]);
}, 120_000);
