import { exportRequestSchema } from '@/lib/contracts/export'
import { emptyFilter } from '@/lib/contracts/filter'
import { openExport } from '@/lib/services/exports'
import { testStudy } from '@/lib/testing/job-study'
import { processorMs } from './compare'
import { fillTexts } from './overhead'

// A study's worth: 40,000 rows as Parquet were written at two thirds of the speed, for what is done once a process.
const ROWS = 150_000

/** How fast rows are written, by processor time: what a busy machine changes little. */
export interface ExportBench {
  rows: number
  format: string
  mbPerSecond: number
  rowsPerSecond: number
}

/** Returns how fast rows of 64 + 64 words are exported as JSONL and as Parquet. */
export async function benchExport(rows = ROWS): Promise<ExportBench[]> {
  const study = testStudy(rows / 2)
  try {
    fillTexts(study, rows / 2)
    const figures: ExportBench[] = []
    for (const format of ['jsonl', 'parquet']) {
      const request = exportRequestSchema.parse({
        studyId: study.studyId,
        state: { filter: emptyFilter(), sort: { column: 'position' }, columns: [] },
        format,
        name: 'bench',
      })
      let bytes = 0
      const ms = await processorMs(async () => {
        const { body } = await openExport(study.db, request)
        for await (const piece of body) bytes += piece.byteLength
      })
      const perSecond = 1000 / ms
      figures.push({
        rows,
        format,
        mbPerSecond: (bytes / 1e6) * perSecond,
        rowsPerSecond: rows * perSecond,
      })
    }
    return figures
  } finally {
    study.close()
  }
}
