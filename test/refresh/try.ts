import { connect } from './connection.ts';
import { startRig } from './rig.ts';
import { roundOf } from './rounds.ts';

const t = Date.now();
const rig = await startRig({ scale: Number(process.argv[2]), processes: 8 });
const c = await connect(rig, 'grace', { graceSeconds: 0 });
const users = await c.users(100);
const t0 = Date.now();
const ts: number[] = [];
for (let i = 0; i < 10; i++) {
  const a = Date.now();
  await roundOf(rig, c, users);
  ts.push(Date.now() - a);
}
console.log('start', t0 - t, 'rounds', ts.join(' '), 'sum', Date.now() - t0);
await rig.stop();
