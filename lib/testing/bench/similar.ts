import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { eq } from 'drizzle-orm'
import { migrateDatabase, openDatabase } from '@/db/client'
import { runs } from '@/db/schema'
import { cacheKeyer } from '@/lib/backends/session/cache-key'
import { encodeFloats } from '@/lib/backends/session/cache-values'
import type { ModelIdentity } from '@/lib/backends/types'
import { emptyFilter } from '@/lib/contracts/filter'
import { currentCells } from '@/lib/services/cells'
import { forgetCaches } from '@/lib/services/columns/cache'
import { listRows } from '@/lib/services/rows'
import { createRandom } from '@/lib/stats/random'
import { storedCache } from '@/lib/worker/vector-store'
import { processorMs } from './compare'
import { fillPaperStudy } from './paper-study'

// As many as the smallest of the usual encoders has.
const D = 384
const identity = { name: 'encoder', revision: 'r1' } as unknown as ModelIdentity
const RUNS = 5

/** Processor time of the 100 rows most similar to one among a study as large as the paper's: when its vectors are read first, and again. */
export async function benchSimilar() {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'evolens-bench-'))
  const db = openDatabase(path.join(folder, 'evolens.sqlite'))
  try {
    migrateDatabase(db)
    const { studyId, rows } = fillPaperStudy(db)
    const cells = currentCells(db, studyId)
    const run = db.select().from(runs).where(eq(runs.metricId, 'mnd')).get()
    if (!run) throw new Error('The bench study has no run of the minimum neighbour distance.')
    const definition = { ...run.definition, model: identity as never }
    db.update(runs).set({ definition, backendId: null }).where(eq(runs.no, run.no)).run()
    const keyOf = cacheKeyer({ call: 'embed', backendId: '', identity, fingerprint: null })
    const cache = storedCache(db, folder)
    const random = createRandom(8)
    const textsOf = db.$client.prepare('select instruction from rows where cell_no = ?').pluck()
    for (const { no } of cells) {
      const texts = textsOf.all(no) as string[]
      cache.put(
        texts.map((text) => {
          const value = Float32Array.from({ length: D + 1 }, () => random.next() - 0.5)
          value[0] = 0
          return {
            key: keyOf(`${text}\n`, null),
            call: 'embed' as const,
            value: encodeFloats(value),
          }
        }),
      )
    }
    const ask = async (idx: number) => {
      forgetCaches(db)
      const to = { cellId: cells[0]?.id ?? '', idx }
      return processorMs(() =>
        listRows(db, studyId, {
          filter: { ...emptyFilter(), where: { is: 'similar', to, top: 100 } },
          sort: { column: 'similarity', descending: true },
          columns: [],
          offset: 0,
          limit: 100,
        }),
      )
    }
    const firstMs = await ask(0)
    const times: number[] = []
    for (let k = 1; k <= RUNS; k += 1) times.push(await ask(k))
    return { rows, firstMs, ms: times.sort((a, b) => a - b)[Math.floor(RUNS / 2)] ?? Infinity }
  } finally {
    db.$client.close()
    await fs.rm(folder, { recursive: true, force: true })
  }
}
