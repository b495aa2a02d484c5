import fs from 'node:fs'
import path from 'node:path'
import { and, eq, getTableColumns, like } from 'drizzle-orm'
import { z } from 'zod'
import type { Db } from '@/db/client'
import { alignments, cells, links, responses, rows, runCells, runs } from '@/db/schema'
import { readStored } from '@/db/stored-json'
import { importedColumnsSchema } from '@/lib/contracts/imported-values'
import { importedColumn } from '@/lib/metrics/imported-column'
import { evolvePrompt } from '@/lib/prompts'
import { promptCard } from '@/lib/prompts/prompt'
import { DEPTH_ORDER } from '@/lib/prompts/operators'
import { AppError } from '@/lib/errors'
import { currentCells, currentResponseSet, type CellRef } from '../cells'
import { dumpExperiments } from './experiments'
import {
  sampleCellName,
  sampleFolder,
  writeSampleLines,
  type SampleManifest,
  type SampleRow,
} from './manifest'

/** What the remade study is called and who made it; the rest is read from the study itself. */
export interface SampleRecipe {
  name: string
  description: string
  notice: string
  madeBy: string
  seedSets: SampleManifest['seedSets']
  arms: SampleManifest['arms']
  rounds: number
}

const keptSchema = z.looseObject({ finish_reason: z.string().nullish() })

function sampleRows(db: Db, cell: CellRef, name: string): SampleRow[] {
  const setNo = currentResponseSet(db, cell.no)?.no ?? -1
  const born = and(eq(alignments.childCellNo, rows.cellNo), eq(alignments.kind, 'birth'))
  const linked = and(eq(links.alignmentNo, alignments.no), eq(links.childIdx, rows.idx))
  const answered = and(eq(responses.setNo, setNo), eq(responses.idx, rows.idx))
  const { idx, externalId, instruction, input, extra } = getTableColumns(rows)
  const found = db
    .select({
      idx,
      externalId,
      instruction,
      input,
      extra,
      operator: links.operator,
      parent: links.parentIdx,
      output: responses.text,
      finishReason: responses.finishReason,
    })
    .from(rows)
    .leftJoin(alignments, born)
    .leftJoin(links, linked)
    .leftJoin(responses, answered)
    .where(eq(rows.cellNo, cell.no))
    .orderBy(rows.idx)
    .all()
  return found.map((row) => {
    const place = () => ({ table: 'rows', id: `${cell.id}:${row.idx}`, field: 'extra' })
    const { finish_reason, ...kept } = readStored(keptSchema, row.extra ?? '{}', place)
    const rest = Object.entries(kept).filter(([key]) => key !== 'operator' || row.operator === null)
    return {
      id: row.externalId ?? `${name}-${String(row.idx).padStart(2, '0')}`,
      instruction: row.instruction,
      input: row.input,
      output: row.output,
      response_finish_reason: row.finishReason,
      operator: row.operator,
      parent: row.parent,
      finish_reason: finish_reason ?? null,
      ...(rest.length > 0 ? { extra: Object.fromEntries(rest) } : {}),
    }
  })
}

/** What decided the rows of a scenario whose stages the manifest does not tell, and the columns that stand beside them. */
function keptSource(
  db: Db,
  cell: CellRef,
  { arms }: SampleRecipe,
): Pick<SampleManifest['files'][number], 'definition' | 'responses' | 'columns'> {
  const scenario = arms.find(({ key }) => key === cell.armKey)?.scenario ?? 'evol-instruct'
  if (scenario === 'evol-instruct') return {}
  const { source } =
    db.select({ source: cells.source }).from(cells).where(eq(cells.no, cell.no)).get() ?? {}
  const { jobId: _job, experimentId: _experiment, ...definition } = source?.definition ?? {}
  const columns = db
    .select({ definition: runs.definition })
    .from(runCells)
    .innerJoin(runs, eq(runs.no, runCells.runNo))
    .where(and(eq(runCells.cellNo, cell.no), like(runs.metricId, `${importedColumn.id}%`)))
    .all()
    .map(({ definition: { params } }) => ({ column: params['column'], kind: params['kind'] }))
  const answered = currentResponseSet(db, cell.no)
  const responses = answered && { label: answered.label, definition: answered.definition ?? {} }
  return {
    definition,
    ...(responses && { responses }),
    ...(columns.length > 0 ? { columns: importedColumnsSchema.parse(columns) } : {}),
  }
}

/** Writes the sample's data files and manifest from an evolved study; returns the manifest. */
export function dumpSample(
  db: Db,
  studyId: string,
  recipe: SampleRecipe,
  folder = sampleFolder(),
): SampleManifest {
  const files: SampleManifest['files'] = []
  const current = currentCells(db, studyId)
  for (const cell of current) {
    const name = sampleCellName(cell)
    const rows = sampleRows(db, cell, name)
    const file = `${name}.jsonl`
    files.push({
      file,
      sha256: writeSampleLines(file, rows, folder),
      seedSet: cell.seedSetKey,
      arm: cell.armKey,
      round: cell.round,
      rows: rows.length,
      ...keptSource(db, cell, recipe),
    })
  }
  const seeds = current.find((cell) => cell.armId === null)
  const responses = seeds ? currentResponseSet(db, seeds.no) : null
  if (!responses)
    throw new AppError('conflict', 'The seeds have no responses; the evolve job did not finish.')
  const definition = responses.definition ?? {}
  const manifest: SampleManifest = {
    ...recipe,
    model: (definition['model'] ?? {}) as Record<string, unknown>,
    order: [...DEPTH_ORDER],
    prompts: DEPTH_ORDER.map((operator) => promptCard(evolvePrompt(operator))),
    responses: { label: responses.label, definition },
    files,
    experiments: dumpExperiments(db, studyId, folder),
  }
  fs.writeFileSync(path.join(folder, 'sample.json'), `${JSON.stringify(manifest, null, 2)}\n`)
  return manifest
}
