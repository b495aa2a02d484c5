import { testStudy, type TestStudy } from '@/lib/testing/job-study'
import { benchText } from './scoring-words'
import { addStub, processorSeconds, queueScoring, runWorker, startStub } from './scoring-setup'

// Enough for ten seconds at the aim, so that starting up does not count much.
const ROWS = 12_000
const TOKENS = 64

/** What the client costs when the server costs nothing. */
export interface OverheadBench {
  rows: number
  seconds: number
  rowsPerSecond: number
  scoredTokensPerSecond: number
  /** Processor time a row, in milliseconds: what a busy machine changes little. */
  clientMs: number
  serverMs: number
}

/** Gives every row an instruction and a response of 64 tokens each, all different. */
export function fillTexts(study: TestStudy, rows: number): void {
  const { $client } = study.db
  const instruction = $client.prepare(
    'update rows set instruction = ? where cell_no = ? and idx = ?',
  )
  const response = $client.prepare(
    'update responses set text = ?, status = 1 where set_no = ? and idx = ?',
  )
  $client.transaction(() => {
    for (const no of [1, 2]) {
      for (let idx = 0; idx < rows; idx += 1) {
        instruction.run(benchText(no * rows + idx, TOKENS), no, idx)
        response.run(benchText((no + 2) * rows + idx, TOKENS), no, idx)
      }
    }
  })()
}

/** Scores rows of 64 + 64 tokens over HTTP into the database, server in a process of its own, and returns the speed. */
export async function benchOverhead(rows = ROWS): Promise<OverheadBench> {
  const study = testStudy(rows / 2)
  const stub = await startStub()
  try {
    fillTexts(study, rows / 2)
    addStub(study, stub)
    const server = stub.child
    const servedBefore = processorSeconds(server)
    let clientStart: number | null = null
    let clientEnd = 0
    const job = await runWorker(study, queueScoring(study).id, ({ state }, worker) => {
      clientEnd = Math.max(clientEnd, processorSeconds(worker))
      // Loading the program is not the client's work on rows.
      if (state === 'running') clientStart ??= clientEnd
    })
    const { done, failed, meter } = job.progress
    if (done !== rows || failed > 0)
      throw new Error(`${done} of ${rows} rows done, ${failed} failed`)
    const seconds = ((job.finishedAt ?? 0) - (job.startedAt ?? 0)) / 1000
    return {
      rows,
      seconds,
      rowsPerSecond: rows / seconds,
      scoredTokensPerSecond: meter.scoredTokens / seconds,
      clientMs: (1000 * (clientEnd - (clientStart ?? 0))) / rows,
      serverMs: (1000 * (processorSeconds(server) - servedBefore)) / rows,
    }
  } finally {
    stub.child.kill()
    study.close()
  }
}
