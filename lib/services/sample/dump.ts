import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import type { Db } from '@/db/client'
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

interface StoredRow {
  idx: number
  external_id: string | null
  instruction: string
  input: string | null
  operator: string | null
  parent: number | null
  extra: string | null
  output: string | null
  finish_reason: string | null
}

const ROWS_SQL = `
  select r.idx, r.external_id, r.instruction, r.input, r.extra, l.operator, l.parent_idx as parent,
    p.text as output, p.finish_reason
  from rows r
  left join alignments a on a.child_cell_no = r.cell_no and a.kind = 'birth'
  left join links l on l.alignment_no = a.no and l.child_idx = r.idx
  left join responses p on p.set_no = ? and p.idx = r.idx
  where r.cell_no = ? order by r.idx`

function sampleRows(db: Db, cell: CellRef, name: string): SampleRow[] {
  const setNo = currentResponseSet(db, cell.no)?.no ?? null
  const rows = db.$client.prepare(ROWS_SQL).all(setNo, cell.no) as StoredRow[]
  return rows.map((row) => {
    const extra = JSON.parse(row.extra ?? '{}') as { finish_reason?: string }
    return {
      id: row.external_id ?? `${name}-${String(row.idx).padStart(2, '0')}`,
      instruction: row.instruction,
      input: row.input,
      output: row.output,
      response_finish_reason: row.finish_reason,
      operator: row.operator,
      parent: row.parent,
      finish_reason: extra.finish_reason ?? null,
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
