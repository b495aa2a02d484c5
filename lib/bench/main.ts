import process from 'node:process'
import { readConfig } from '@/lib/config'
import { errorMessage } from '@/lib/errors'
import { benchEmbeddedScoring, EMBEDDED_SCORING_LIMITS } from './embedded-scoring'
import { benchImport } from './import'
import { benchMnd } from './mnd'
import { benchRowsPage } from './rows-page'
import { measureWebLatency } from './web-latency'

/** One figure: what was measured, its limit, and whether it holds. */
interface Figure {
  name: string
  value: number
  unit: string
  limit: number
  atLeast: boolean
}

function ratio(name: string, value: number, limit: number): Figure {
  return { name, value, unit: 'x', limit, atLeast: true }
}

function milliseconds(name: string, value: number, limit: number): Figure {
  return { name, value, unit: 'ms', limit, atLeast: false }
}

const BENCHES: Record<string, () => Promise<Figure[]>> = {
  scoring: async () => {
    const figures = await benchEmbeddedScoring(readConfig())
    const { fastOverPublic, fastOverDecode } = EMBEDDED_SCORING_LIMITS
    return [
      ratio('embedded scoring over the public path', figures.fastOverPublic, fastOverPublic),
      ratio('embedded scoring over decoding alone', figures.fastOverDecode, fastOverDecode),
    ]
  },
  mnd: async () => {
    const figures = await benchMnd()
    return [
      ratio(`MND of ${figures.n} x ${figures.d} over a plain double loop`, figures.ratio, 100),
    ]
  },
  import: async () => {
    const figures = await benchImport()
    return [ratio(`import of ${figures.rows} rows over plain inserts`, figures.ratio, 0.7)]
  },
  rows: async () => {
    const figures = await benchRowsPage()
    return figures.pages.flatMap((page) => [
      milliseconds(`rows page, ${page.name}, first`, page.firstMs, 100),
      milliseconds(`rows page, ${page.name}, next`, page.nextMs, 100),
    ])
  },
  web: async () => {
    const figures = await measureWebLatency()
    return [
      milliseconds('web process blocked while the worker computes', figures.maxBlockedMs, 50),
      milliseconds('slowest read meanwhile', figures.maxReadMs, 100),
    ]
  },
}

const wanted = process.argv.slice(2)
const unknown = wanted.find((name) => !BENCHES[name])
if (unknown) {
  console.error(`There is no bench "${unknown}". There are: ${Object.keys(BENCHES).join(', ')}.`)
  process.exit(2)
}

let failed = 0
for (const name of wanted.length > 0 ? wanted : Object.keys(BENCHES)) {
  try {
    for (const figure of await (BENCHES[name] as () => Promise<Figure[]>)()) {
      const { value, limit, unit, atLeast } = figure
      const holds = atLeast ? value >= limit : value <= limit
      if (!holds) failed += 1
      const bar = `${atLeast ? '>=' : '<='} ${limit} ${unit}`
      console.log(
        `${holds ? 'holds ' : 'MISSES'}  ${value.toFixed(2).padStart(9)} ${unit.padEnd(2)}  ${bar.padEnd(12)} ${figure.name}`,
      )
    }
  } catch (error) {
    failed += 1
    console.log(`FAILED  ${name}: ${errorMessage(error)}`)
  }
}
console.log(
  failed === 0 ? 'Every figure holds.' : `${failed} figures do not hold on this machine now.`,
)
process.exit(failed === 0 ? 0 : 1)
