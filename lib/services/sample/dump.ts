import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { and, eq, getTableColumns } from 'drizzle-orm'
import { z } from 'zod'
import type { Db } from '@/db/client'
import { alignments, links, responses, rows } from '@/db/schema'
import { readStored } from '@/db/stored-json'
import { evolvePrompt } from '@/lib/prompts'
import { promptCard } from '@/lib/prompts/prompt'
import { DEPTH_ORDER } from '@/lib/prompts/operators'
import { AppError } from '@/lib/errors'
import { currentCells, currentResponseSet, type CellRef } from '../cells'
import { sampleCellName, sampleFolder, type SampleManifest, type SampleRow } from './manifest'

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

const keptSchema = z.object({ finish_reason: z.string().optional() })

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
    const kept = readStored(keptSchema, row.extra ?? '{}', place)
    return {
      id: row.externalId ?? `${name}-${String(row.idx).padStart(2, '0')}`,
      instruction: row.instruction,
      input: row.input,
      output: row.output,
      response_finish_reason: row.finishReason,
      operator: row.operator,
      parent: row.parent,
      finish_reason: kept.finish_reason ?? null,
    }
  })
}

/** Writes the sample's data files and manifest from an evolved study; returns the manifest. */
export function dumpSample(
  db: Db,
  studyId: string,
  recipe: SampleRecipe,
  folder = sampleFolder(),
): SampleManifest {
  const files: SampleManifest['files'] = []
  const cells = currentCells(db, studyId)
  for (const cell of cells) {
    const name = sampleCellName(cell)
    const rows = sampleRows(db, cell, name)
    const text = rows.map((row) => `${JSON.stringify(row)}\n`).join('')
    fs.writeFileSync(path.join(folder, `${name}.jsonl`), text)
    files.push({
      file: `${name}.jsonl`,
      sha256: createHash('sha256').update(text).digest('hex'),
      seedSet: cell.seedSetKey,
      arm: cell.armKey,
      round: cell.round,
      rows: rows.length,
    })
  }
  const seeds = cells.find((cell) => cell.armId === null)
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
  }
  fs.writeFileSync(path.join(folder, 'sample.json'), `${JSON.stringify(manifest, null, 2)}\n`)
  return manifest
}
