import { EXPERIMENTS } from './experiments'
import { chaosRun } from './run'
import { runScene } from './scene'
import { SCENES } from './scenes'
import { calmRun, swapAndStartAgain, swapRun, SWAPS } from './swap'
import { noBuild } from '../web-server'
import { webChaos } from './web'

// `npm run chaos [kills] [seed] [names...]`: kills workers at random moments with SIGKILL and compares what they leave
// behind with an undisturbed run. 200 kills of scoring and 6 of every other kind of job take about twenty minutes.
const [killsText, seedText, ...names] = process.argv.slice(2)
const kills = Number(killsText ?? 200)
const seed = Number(seedText ?? Date.now() % 100_000)

// Rows a cell for each kill: a worker does about this many between its start and its end.
const ROWS_PER_KILL = 10
const LATENCY_MS = 60
const SCORING = ['loss', 'difficulty_score', 'difficulty_level', 'first_token_probability', 'mnd']
const SCENE_SHARE = 20
// Enough to meet every phase of a job of seconds.
const MOST_SCENE_KILLS = 6
const LIMIT_MS = 3_600_000
const WEB_KILLS = 3
const WEB_ROWS = 1_200
const SWAP_ROWS = 60

let failed = 0

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}

/** Prints the verdict on two states that should be equal. */
function compare(what: string, disturbed: readonly string[], calm: readonly string[]): void {
  const same = calm.length > 0 && JSON.stringify(disturbed) === JSON.stringify(calm)
  if (!same) failed += 1
  say(same ? `  same as without kills: ${what}` : `  DIFFERS from a run without kills: ${what}`)
}

async function scoring(): Promise<void> {
  const rows = Math.max(60, kills * ROWS_PER_KILL)
  const base = { rows, seed, metrics: SCORING, limitMs: LIMIT_MS }
  const disturbed = await chaosRun({ ...base, latencyMs: LATENCY_MS, kills })
  const calm = await chaosRun({ ...base, latencyMs: 0, kills: 0 })
  say(
    `scoring: ${kills} kills with seed ${seed}, ${rows} rows a cell, ${disturbed.seconds.toFixed(0)} s`,
  )
  say(`  rows done at each kill: ${disturbed.doneAtKill.join(' ')}`)
  say(`  jobs: ${disturbed.states.join(' ')}`)
  compare(`${calm.columns.length} chunks of values and statuses`, disturbed.columns, calm.columns)
  compare('counts and reasons of every run', disturbed.counts, calm.counts)
  compare('ends of the jobs', disturbed.states, calm.states)
}

async function others(): Promise<void> {
  const each = Math.min(MOST_SCENE_KILLS, Math.max(2, Math.round(kills / SCENE_SHARE)))
  for (const scene of [...EXPERIMENTS, ...SCENES]) {
    if (names.length > 0 && !names.includes(scene.name)) continue
    const disturbed = await runScene(scene, { kills: each, seed, limitMs: LIMIT_MS })
    const calm = await runScene(scene, { kills: 0, seed, limitMs: LIMIT_MS })
    say(
      `${scene.name}: ${disturbed.kills} kills before its end, ${disturbed.seconds.toFixed(0)} s, ${disturbed.state}${disturbed.error ? ` (${disturbed.error})` : ''}`,
    )
    compare(`${calm.snapshot.length} facts`, disturbed.snapshot, calm.snapshot)
    compare('end of the job', [disturbed.state], [calm.state])
  }
}

async function web(): Promise<void> {
  const missing = noBuild()
  if (missing) {
    say(`web: left out, ${missing}`)
    return
  }
  const disturbed = await webChaos(WEB_KILLS, WEB_ROWS, seed)
  const calm = await webChaos(0, WEB_ROWS, seed)
  say(
    `web: ${WEB_KILLS} kills of the web server while the worker scored, ${disturbed.replies} replies before them, ${disturbed.state}`,
  )
  compare(`${calm.columns.length} chunks of values and statuses`, disturbed.columns, calm.columns)
}

/** Replaces the model behind a name while it scores; not one of its values may enter the run or the cache. */
async function swaps(): Promise<void> {
  const first = await calmRun(SWAP_ROWS, 'first')
  const other = await calmRun(SWAP_ROWS, 'other')
  for (const swap of SWAPS) {
    const left = await swapRun(swap, SWAP_ROWS)
    say(`swap, ${swap}: ${left.doneAtSwap} of ${2 * SWAP_ROWS} rows before it, then "${left.says}"`)
    const known = new Set(first.values)
    const strange = left.atPause.filter((line) => !known.has(line))
    compare(
      `${left.atPause.length} values at the pause`,
      ['none strange', ...strange],
      ['none strange'],
    )
    compare(`${first.values.length} values at the end`, left.values, first.values)
    compare(`${first.cached.length} cached answers`, left.cached, first.cached)
    const hold = swap === 'there and back' ? left.hold : 'model_changed'
    compare('pause and end of the job', [`${left.hold}`, left.state], [`${hold}`, 'succeeded'])
  }
  const again = await swapAndStartAgain(SWAP_ROWS)
  say('swap, started again on the other model:')
  compare(`${other.values.length} values of the new run`, again.second, other.values)
}

await others()
if (names.length === 0 || names.includes('swap')) await swaps()
if (names.length === 0 || names.includes('web')) await web()
if (names.length === 0 || names.includes('scoring')) await scoring()
say(failed === 0 ? 'Nothing was lost or doubled.' : `${failed} comparisons failed.`)
process.exitCode = failed === 0 ? 0 : 1
