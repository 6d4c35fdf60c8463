import { simulate } from './simulate.ts';
for (const n of process.argv.slice(2).map(Number)) { const t = Date.now(); const m = simulate(n, 30, n / 1e6); console.log(Date.now() - t, 'ms', m, 'perToken', (m.calls.use + m.calls.ahead) / m.tokensUsed, 'per 1M', (m.calls.use + m.calls.ahead + m.calls.keep_alive) * 1e6 / n / 1e6); }
