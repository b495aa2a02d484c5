import { z } from 'zod'
import { printRows, say } from './output'

const lineSchema = z.object({
  seedSet: z.string(),
  arm: z.string().nullable(),
  round: z.number(),
  kind: z.string(),
  matched: z.number(),
  total: z.number(),
  reason: z.string().nullable(),
  note: z.string().nullable(),
  operatorRows: z.number(),
})

const fileSchema = z.object({
  fileName: z.string(),
  outcome: z.string(),
  rows: z.number(),
  skipped: z.number(),
  alignment: lineSchema.omit({ seedSet: true, arm: true, round: true }).nullable(),
  joined: z.string().optional(),
})

const realignedSchema = lineSchema
  .omit({ seedSet: true, arm: true, round: true })
  .extend({ place: z.string() })

function facts(line: Omit<z.infer<typeof lineSchema>, 'seedSet' | 'arm' | 'round'>) {
  return {
    aligned: `${line.matched} of ${line.total}`,
    by: line.kind,
    operators: line.matched === 0 ? '-' : line.operatorRows === 0 ? 'unknown' : line.operatorRows,
    note: line.reason === null ? line.note : `not aligned: ${line.reason}`,
  }
}

/** Prints what files were aligned to; `aligned` is the result of an align job. */
export function printAlignments(aligned: unknown, json: boolean): void {
  const lines = z.array(lineSchema).parse(aligned ?? [])
  const rows = lines.map(({ seedSet, arm, round, ...line }) => ({
    seedSet,
    arm,
    round,
    ...facts(line),
  }))
  printRows(json ? lines : rows, json)
}

/** Prints what an import came to, file by file, with the alignment of each and of the files aligned again, and what can be done about it. */
export function printImported(
  study: string,
  result: Record<string, unknown> | null | undefined,
): void {
  const files = z.array(fileSchema).parse(result?.['files'] ?? [])
  const again = z.array(realignedSchema).parse(result?.['realigned'] ?? [])
  const none = { aligned: '-', by: '-', operators: '-', note: null }
  const rows = [
    ...files.map(({ fileName, outcome, rows: count, skipped, alignment, joined }) => ({
      file: fileName,
      rows: outcome === 'known' ? 'in the study already' : String(count),
      skipped: skipped > 0 ? skipped : null,
      ...(alignment ? facts(alignment) : { ...none, note: joined || null }),
    })),
    ...again.map(({ place, ...line }) => ({
      file: place,
      rows: 'aligned again',
      skipped: null,
      ...facts(line),
    })),
  ]
  if (rows.length > 0) printRows(rows, false)
  const aligned = [...files.flatMap(({ alignment }) => alignment ?? []), ...again]
  if (aligned.some(({ matched, total }) => matched < total)) {
    say(
      'Next',
      `evolens align --study ${JSON.stringify(study)} shows why rows are not aligned; --by index|id aligns them again`,
    )
  }
  if (aligned.some(({ matched, operatorRows }) => matched > 0 && operatorRows === 0)) {
    say(
      'Next',
      `evolens align --study ${JSON.stringify(study)} --operators rotation4|rotation5|column:NAME|one:OPERATOR sets the operators`,
    )
  }
}
