import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { filesApart } from '@/lib/services/files/apart'
import { fuzz } from './run'
import { peakOfReaders } from './memory'

// `npm run fuzz -- [--seed n] [--count n] [--only JSON,zip] [--out folder]`: reads changed files of every format in the
// processes that read the files of users, and exits with 1 where one crashes, hangs, is half imported or is read otherwise
// than by another parser. 10,000 files take some minutes.
const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    count: { type: 'string' },
    only: { type: 'string' },
    out: { type: 'string' },
  },
})
const seed = Number(values.seed ?? Date.now() % 100_000)
const count = Number(values.count ?? 10_000)
const only = values.only?.split(',') ?? []
const out = values.out ?? path.join(os.tmpdir(), `evolens-fuzz-${seed}`)

/** As long as a file of some kilobytes may take. */
const SILENCE_MS = 5_000
const HEAP_MB = 1_024
/** What a process holds that has read nothing but small files; the largest seen are about half of it. */
const MOST_RSS_MB = 500
/** A sign of life now and then. */
const SAY_EVERY = 1_000

const lines: string[] = []
function say(text: string): void {
  lines.push(text)
  process.stdout.write(`${text}\n`)
}

if (!Number.isSafeInteger(seed) || !Number.isSafeInteger(count) || count < 1) {
  process.stderr.write('--seed and --count take whole numbers.\n')
  process.exit(2)
}
say(`seed ${seed}, ${count} files`)
const began = Date.now()
let peakMb: number | null = null
const stop = new AbortController()
process.once('SIGINT', () => stop.abort())
const report = await fuzz({
  signal: stop.signal,
  seed,
  count,
  only,
  files: filesApart({ silenceMs: SILENCE_MS, heapMb: HEAP_MB }),
  onTried: (no) => {
    peakMb = peakOfReaders(peakMb)
    if ((no + 1) % SAY_EVERY !== 0) return
    process.stderr.write(`${no + 1} files, ${Math.round((Date.now() - began) / 1000)} s\n`)
  },
})
if (stop.signal.aborted) say('stopped by hand')
say(`| format | files | outcomes |\n|---|---|---|`)
for (const [format, outcomes] of report.outcomes) {
  const sorted = [...outcomes].toSorted((a, b) => b[1] - a[1])
  const files = sorted.reduce((sum, [, n]) => sum + n, 0)
  say(`| ${format} | ${files} | ${sorted.map(([name, n]) => `${name} ${n}`).join(', ')} |`)
}
for (const [rule, n] of report.rules) say(`other than another parser, by rule: ${rule}: ${n}`)
say(`memory of a reader, at most: ${peakMb === null ? 'not known on this system' : `${peakMb} MB`}`)
if (report.outcomes.size === 0) say(`No format is called ${only.join(', ')}.`)
fs.mkdirSync(out, { recursive: true })
for (const { no, format, name, fault, bytes } of report.faults) {
  const file = path.join(out, `${no}-${path.basename(name)}`)
  fs.writeFileSync(file, bytes)
  say(`FAULT ${format} ${file}: ${JSON.stringify(fault)}`)
}
const isTooLarge = peakMb !== null && peakMb > MOST_RSS_MB
if (isTooLarge) say(`FAULT a reader took more than ${MOST_RSS_MB} MB`)
say(`${report.faults.length} faults, ${Math.round((Date.now() - began) / 1000)} s`)
fs.writeFileSync(path.join(out, 'report.md'), `${lines.join('\n')}\n`)
process.exit(report.faults.length > 0 || isTooLarge || report.outcomes.size === 0 ? 1 : 0)
