import { chaosRun } from './chaos-run'

// `npm run chaos [kills] [rows] [seed]`: kills the worker at random moments and compares with an undisturbed run.
const [kills = 20, rows = 600, seed = Date.now() % 100_000] = process.argv.slice(2).map(Number)
const base = { rows, latencyMs: 20, seed, metrics: [], limitMs: 900_000 }

const disturbed = await chaosRun({ ...base, kills })
const calm = await chaosRun({ ...base, latencyMs: 0, kills: 0 })
const same =
  JSON.stringify([disturbed.columns, disturbed.counts]) ===
  JSON.stringify([calm.columns, calm.counts])
const lines = [
  `${kills} kills with seed ${seed}, ${rows} rows a cell, ${disturbed.seconds.toFixed(1)} s`,
  `rows done at each kill: ${disturbed.doneAtKill.join(' ')}`,
  `jobs: ${disturbed.states.join(' ')}`,
  same
    ? `${calm.columns.length} chunks and all counts are the same as without kills`
    : 'THE RESULTS DIFFER from a run without kills',
]
process.stdout.write(`${lines.join('\n')}\n`)
process.exitCode = same ? 0 : 1
