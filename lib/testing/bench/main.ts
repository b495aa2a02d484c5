import './production'
import process from 'node:process'
import { readConfig } from '@/lib/config'
import { errorMessage } from '@/lib/errors'
import { noBuild } from '@/lib/testing/web-server'
import { benchBackup } from './backup'
import { benchCheckers } from './checkers'
import { benchClaims } from './claims'
import { benchCompare } from './compare'
import { benchEmbeddings } from './embeddings'
import { benchEmbeddedScoring, EXACT_OVER_NATIVE } from './embedded-scoring'
import { benchEvolving } from './evolving'
import { benchFigures } from './figures'
import { benchExport } from './export'
import { benchFiltering } from './filtering'
import { benchFilterSession } from './filter-session'
import { benchFormulas } from './formulas'
import { benchImport } from './import'
import { benchHalfMillion } from './half-million'
import { benchJudging } from './judging'
import { benchLineagePage } from './lineage-page'
import { benchMemory } from './memory'
import { benchMnd } from './mnd'
import { benchMndFaiss } from './mnd-faiss'
import { benchOverhead } from './overhead'
import { benchPooled } from './pooled'
import { benchReplyParsing } from './reply-parsing'
import { benchRowsPage } from './rows-page'
import { benchSearch } from './search'
import { benchServer } from './server'
import { benchSimilar } from './similar'
import { benchSubsets } from './subsets'
import { benchTable } from './table'
import { measureWebLatency } from './web-latency'

/** One figure: what was measured and its limit; null where it depends on the machine, so that no limit holds on all. */
interface Figure {
  name: string
  value: number
  unit: string
  limit: number | null
  atLeast: boolean
}

function ratio(name: string, value: number, limit: number): Figure {
  return { name, value, unit: 'x', limit, atLeast: true }
}

function milliseconds(name: string, value: number, limit: number): Figure {
  return { name, value, unit: 'ms', limit, atLeast: false }
}

function least(name: string, value: number, unit: string, limit: number): Figure {
  return { name, value, unit, limit, atLeast: true }
}

function most(name: string, value: number, unit: string, limit: number): Figure {
  return { name, value, unit, limit, atLeast: false }
}

/** What one machine does; others do more or less. */
function speed(name: string, value: number, unit: string): Figure {
  return { name, value, unit, limit: null, atLeast: true }
}

/** A ratio to something that other machines do faster or slower than this one; printed with what it compares. */
function remark(name: string, value: number): Figure {
  return { name, value, unit: 'x', limit: null, atLeast: true }
}

// The search also packs vectors, takes maxima of every product and compares candidates in float64: by products in float32
// 0.55 (384 dimensions) and 0.65 (768) were measured, by those of bytes 1.3 and 1.7, on busy machines.
const PEAK_SHARE = 0.4

// A worker that keeps nothing shows 1.0 to 1.25 between the halves, by the moments of garbage collection.
const FLAT = 1.3

const BENCHES: Record<string, () => Promise<Figure[]>> = {
  subsets: async () => {
    const { rows, warmMs, coldMs, megabytesPerSecond } = await benchSubsets()
    return [
      milliseconds(`six rules of a subset over ${rows} rows`, warmMs, 300),
      milliseconds('the same with columns that are read first', coldMs, 3_000),
      least('texts searched for 13-grams of 5,000 items', megabytesPerSecond, 'MB/s', 20),
    ]
  },
  checkers: async () => {
    const { cases, many, one } = await benchCheckers()
    return [
      least(`checking functions, ${cases} cases each`, many, 'runs/s', 200),
      // Each leaves memory as it was before, which takes some milliseconds.
      least('checking functions, one case each', one, 'runs/s', 50),
    ]
  },
  scoring: async () => {
    const figures = await benchEmbeddedScoring(readConfig())
    return [
      ratio(
        'embedded scoring over llama.cpp with float32 weights, by processor time',
        figures.exactOverNative,
        EXACT_OVER_NATIVE,
      ),
      remark('embedded scoring over the public path', figures.exactOverPublic),
      {
        ...least('embedded scoring', figures.exactTokensPerSecond, 'tokens/s', 0),
        limit: null,
      },
    ]
  },
  embeddings: async () => {
    const found = await benchEmbeddings(readConfig())
    const name = `texts of 58 word pieces embedded with ${found.threads} threads`
    return [
      speed(name, found.textsPerSecond, 'texts/s'),
      speed('the same in a second of one processor', found.textsPerProcessorSecond, 'texts/s'),
    ]
  },
  judging: async () => {
    const found = await benchJudging(readConfig())
    return found.map(({ metric, rowsPerSecond }) =>
      speed(`${metric} by the embedded model`, rowsPerSecond, 'rows/s'),
    )
  },
  mnd: async () => {
    const figures = await benchMnd()
    return [
      ratio(`MND of ${figures.n} x ${figures.d} over a plain double loop`, figures.ratio, 100),
    ]
  },
  faiss: async () => {
    const figures: Figure[] = []
    for (const d of [384, 768]) {
      const found = await benchMndFaiss(52_002, d)
      const { n, ratio: share, faissKernel, rssMb, fastSeconds, peak, peakShare } = found
      const name = `MND of ${n} x ${d}, ${fastSeconds.toFixed(1)} s`
      const gigaflops = `${(peak / 1e9).toFixed(0)} GFLOP of matrix products in a processor second`
      figures.push(least(`${name}, share of the ${gigaflops}`, peakShare, 'x', PEAK_SHARE))
      if (share === null) console.log(`skipped    ${name}: faiss is ${faissKernel}`)
      else figures.push(most(`${name}, over ${faissKernel}`, share, 'x', 0.15))
      figures.push(most(`memory of that search`, rssMb, 'MB', 1_024))
    }
    return figures
  },
  pooled: async () => {
    const { n, d, seconds, cpuSeconds, rssMb, tiles } = await benchPooled()
    const name = `exact neighbours of ${n} x ${d} in one set`
    const kinds = `${tiles.int8} tiles by bytes, ${tiles.float32} in float32`
    return [
      most(`${name}, ${cpuSeconds.toFixed(0)} s of processor, ${kinds}`, seconds, 's', 480),
      most('memory of that search', rssMb, 'MB', 2_048),
    ]
  },
  import: async () => {
    const figures = await benchImport()
    const perSecond = (figures.rows / figures.importSeconds).toFixed(0)
    return [
      ratio(
        `import of ${figures.rows} rows (${perSecond} a second) over plain inserts with the same indexes`,
        figures.ratio,
        0.8,
      ),
      most('memory of the import', figures.peakMb, 'MB', 500),
    ]
  },
  backup: async () => {
    const { rows, megabytes, writeSeconds, seconds, processorSeconds, peakMb } = await benchBackup()
    const size = `${rows} rows, ${megabytes.toFixed(0)} MB, ${seconds.toFixed(0)} s by the clock`
    return [
      most('processor time of writing a backup', writeSeconds, 's', 30),
      most(`processor time of opening it (${size})`, processorSeconds, 's', 90),
      most('memory of opening it', peakMb, 'MB', 500),
    ]
  },
  rows: async () => {
    const figures = await benchRowsPage()
    return figures.pages.flatMap((page) => [
      milliseconds(`rows page, ${page.name}, first`, page.firstMs, 100),
      milliseconds(`rows page, ${page.name}, next`, page.nextMs, 100),
    ])
  },
  filtering: async () => {
    const found = await benchFiltering()
    const size = `${(found.bytes / 1000).toFixed(0)} KB, ${(found.deflatedBytes / 1000).toFixed(0)} KB deflated`
    const extremes = `first ${found.firstMs.toFixed(0)} ms, slowest ${found.slowestMs.toFixed(0)} ms`
    return [
      milliseconds(
        `${found.requests} changes of a filter over ${found.rows} rows: facets, six histograms, first page (${size}; ${extremes})`,
        found.p95Ms,
        100,
      ),
      milliseconds(
        `describing a selection by 20 columns (first ${found.describeFirstMs.toFixed(0)} ms)`,
        found.describeMs,
        500,
      ),
    ]
  },
  session: async () => {
    const { rows, first, log, p95Ms, sentBytes, processorMs } = await benchFilterSession()
    for (const one of [first, ...log]) {
      const { what, status, sentBytes: sent, bytes, ms, serverMs } = one
      const times = `${ms.toFixed(0).padStart(5)} ms, ${serverMs.toFixed(0).padStart(5)} ms of the server`
      const sizes = `${(sent / 1000).toFixed(0)} KB sent, ${(bytes / 1000).toFixed(0)} KB read`
      console.log(`request    ${status} ${times}, ${sizes}: ${what}`)
    }
    const name = `${log.length} changes of a filter over ${rows} rows, one request each (${(sentBytes / 1000).toFixed(0)} KB in all, ${processorMs.toFixed(0)} ms of the server's processor a change)`
    return [milliseconds(`${name}, by the clock of whoever asks the built server`, p95Ms, 100)]
  },
  search: async () => {
    const { rows, timings } = await benchSearch()
    return timings.flatMap(({ name, ms, firstMs, blockMs, most: limit, rows: found }) => [
      milliseconds(
        `search of ${rows} rows, ${name} (${found} found; first ${firstMs.toFixed(0)} ms)`,
        ms,
        limit,
      ),
      milliseconds(`others wait meanwhile, ${name}`, blockMs, 100),
    ])
  },
  similar: async () => {
    const { rows, firstMs, ms } = await benchSimilar()
    const first = `vectors are read first in ${(firstMs / 1000).toFixed(1)} s`
    return [
      milliseconds(
        `100 rows most similar to one of ${rows}, by processor time (${first})`,
        ms,
        150,
      ),
    ]
  },
  memory: async () => {
    const { rows, columns, figureMs, peakMb } = await benchMemory()
    return [
      milliseconds(`first figure of a fresh process, ${rows} rows`, figureMs, 2_000),
      most(`its memory with ${columns} columns counted and sorted by`, peakMb, 'MB', 600),
    ]
  },
  server: async () => {
    const missing = noBuild()
    if (missing) {
      console.log(`skipped    start of the server: ${missing}`)
      return []
    }
    const { rows, columns, figureMs, memoryMb } = await benchServer()
    return [
      milliseconds(`start of the server to the first figure, ${rows} rows`, figureMs, 2_000),
      most(`its memory with ${columns} columns and a text sorted by`, memoryMb, 'MB', 600),
    ]
  },
  table: async () => {
    const { rows, timings } = await benchTable()
    return timings.map(({ name, ms, most }) =>
      milliseconds(`table of ${rows} rows, ${name}`, ms, most),
    )
  },
  lineage: async () => {
    const { rows, timings } = await benchLineagePage()
    return timings.map(({ name, firstMs, nextMs, kilobytes }) => {
      const cost = `${kilobytes.toFixed(0)} KB, first ${firstMs.toFixed(0)} ms`
      return milliseconds(`lineage page of ${rows} rows, ${name} (${cost})`, nextMs, 50)
    })
  },
  figures: async () => {
    const { rows, timings } = await benchFigures()
    return timings.map(({ name, ms, kilobytes, most = 100 }) =>
      milliseconds(`figure of ${rows} rows, ${name} (${kilobytes.toFixed(0)} KB)`, ms, most),
    )
  },
  formulas: async () => {
    const { rows, timings } = await benchFormulas()
    return timings.map(({ name, ms, most: limit }) =>
      milliseconds(`${name}, ${rows} rows`, ms, limit),
    )
  },
  compare: async () => {
    const { pairs, metrics, summaryMs, intervalsMs } = await benchCompare()
    const name = `${pairs} pairs, ${metrics} metrics`
    return [
      milliseconds(`comparison of ${name}, first numbers`, summaryMs, 300),
      milliseconds(`its intervals, 10,000 resamples`, intervalsMs, 2_000),
    ]
  },
  claims: async () => {
    const { rows, claims, firstMs, againMs } = await benchClaims()
    return [
      milliseconds(`${claims} claims on ${rows} rows, first`, firstMs, 4_000),
      milliseconds('the same again', againMs, 500),
    ]
  },
  parsing: async () => {
    const { bytesPerToken, tokensPerSecond } = benchReplyParsing()
    const name = `replies read at ${bytesPerToken.toFixed(0)} bytes a token`
    return [least(name, tokensPerSecond, 'tokens/s', 500_000)]
  },
  overhead: async () => {
    const { rowsPerSecond, clientMs, serverMs } = await benchOverhead()
    const share = `${clientMs.toFixed(2)} ms of processor a row, ${serverMs.toFixed(2)} ms of the stub`
    return [least(`rows scored over HTTP, ${share}`, rowsPerSecond, 'rows/s', 1_000)]
  },
  evolving: async () => {
    const { requestsPerSecond, clientMs, serverMs, sideBySide } = await benchEvolving()
    const share = `${clientMs.toFixed(2)} ms of processor a request, ${serverMs.toFixed(2)} ms of the stub`
    return [
      least(`replies of 256 tokens, ${share}`, requestsPerSecond, 'requests/s', 150),
      most('two evolvers on two servers over the slower one', sideBySide, 'x', 1.15),
    ]
  },
  export: async () => {
    const [jsonl, parquet] = await benchExport()
    if (!jsonl || !parquet) return []
    const rows = `${jsonl.rows} rows, by processor time`
    return [
      least(`export as JSONL, ${rows}`, jsonl.mbPerSecond, 'MB/s', 50),
      least(`export as Parquet, ${rows}`, parquet.rowsPerSecond, 'rows/s', 100_000),
    ]
  },
  'half-million': async () => {
    const figures = await benchHalfMillion()
    return [
      milliseconds(`queueing a job of ${figures.rows} rows`, figures.queueMs, 100),
      milliseconds(
        `its progress, 99 of 100 looks (slowest ${figures.slowestMs.toFixed(0)} ms)`,
        figures.progressMs,
        100,
      ),
      milliseconds('its cancel', figures.cancelMs, 100),
      milliseconds('queueing it again', figures.retryMs, 100),
      most('memory of the worker', figures.peakMb, 'MB', 600),
      most('its peak in the second half over that in the first', figures.growth, 'x', FLAT),
    ]
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
      const holds = limit === null || (atLeast ? value >= limit : value <= limit)
      if (!holds) failed += 1
      const bar = limit === null ? 'no bar' : `${atLeast ? '>=' : '<='} ${limit} ${unit}`
      const verdict = limit === null ? 'says' : holds ? 'holds' : 'MISSES'
      console.log(
        `${verdict.padEnd(6)}  ${value.toFixed(2).padStart(9)} ${unit.padEnd(2)}  ${bar.padEnd(12)} ${figure.name}`,
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
