import { and, inArray, sql } from 'drizzle-orm'
import { z } from 'zod'
import type { Db } from '@/db/client'
import { hotRead } from '@/db/hot-sql'
import { responses } from '@/db/schema'
import type { ModelIdentity } from '@/lib/backends/types'
import type { PlanWriter } from '@/lib/contracts/experiment'
import { statusCode } from '@/lib/contracts/status'
import { promptCard, type Prompt } from '@/lib/prompts/prompt'
import { currentResponseSet, type CellRef } from '../cells'
import { noteChange, openResponseSet } from '../cells/staging'
import { definitionHash } from '../runs/definition'
import { listResponseSets, pinSet, setInCell } from '.'

/** Whether a new set takes the place of the responses that a file has: always, never, or where no other was chosen. */
export type TakesOver = 'always' | 'never' | 'unless chosen'

/** What a set is opened with. */
export interface OpenedSet {
  definition: Record<string, unknown>
  label: string
  takesOver: TakesOver
}

type Settings = Pick<PlanWriter, 'mode' | 'temperature' | 'topP' | 'seed' | 'maxTokens'>

/** Returns what decides responses, for the card: model, prompts and decoding. */
export function responseDefinition(
  model: ModelIdentity,
  { mode, temperature, topP, seed, maxTokens }: Settings,
  promptOf: (id: string) => Prompt,
): Record<string, unknown> {
  const prompts = ['respond', 'respond-with-input'].map((id) => promptCard(promptOf(id)))
  return {
    model,
    ...(mode === 'chat' ? { mode, prompts: [] } : { prompts }),
    // Greedy decoding draws nothing.
    decoding:
      temperature === 0 ? { temperature, maxTokens } : { temperature, topP, seed, maxTokens },
  }
}

function decodingText({ mode, temperature }: Settings): string {
  const drawn = temperature === 0 ? 'greedy' : `temperature ${temperature}`
  return mode === 'chat' ? `${drawn}, as a chat` : drawn
}

/** Returns the name of a set: the one it has in another file, else the wanted one, else model and decoding; no two sets have one name. */
export function setLabel(
  db: Db,
  studyId: string,
  definition: Record<string, unknown>,
  { backend, settings, wanted }: { backend: string; settings: Settings; wanted: string | null },
): string {
  const sets = listResponseSets(db, studyId)
  const same = sets.find(({ key }) => key === definitionHash(definition))
  if (same) return same.label
  const base = wanted ?? `${backend}, ${decodingText(settings)}`
  const taken = new Set(sets.map(({ label }) => label))
  for (let n = 1; ; n += 1) {
    const label = n === 1 ? base : `${base} (${n})`
    if (!taken.has(label)) return label
  }
}

/** Returns whether a set holds any response. */
export function hasResponses(db: Db, setNo: number): boolean {
  const sql = 'select 1 from responses where set_no = ? and text is not null limit 1'
  const why = 'stops at the first response of a file'
  return hotRead(db, { why, sql, row: z.number() }).get(setNo) !== null
}

/** Returns the set of this definition in a file, opened where there is none; call inside a transaction. */
export function openSet(
  db: Db,
  cellNo: number,
  { definition, label, takesOver }: OpenedSet,
): number {
  const hash = definitionHash(definition)
  const known = setInCell(db, cellNo, hash)
  if (known && takesOver === 'always') pinSet(db, known)
  if (known) return known.no
  const before = currentResponseSet(db, cellNo)
  const set = { kind: 'generated' as const, label, definition, definitionHash: hash }
  const no = openResponseSet(db, cellNo, set)
  if (takesOver === 'always') pinSet(db, { no, cellNo })
  else if (takesOver === 'never' && before && hasResponses(db, before.no)) pinSet(db, before)
  else if (before?.pinned && !hasResponses(db, before.no)) pinSet(db, { no, cellNo })
  return no
}

/** Returns the chosen rows (null = all) of a file that have no response in a set yet, or, asked again, none that succeeded. */
export function pendingRows(
  db: Db,
  cell: Pick<CellRef, 'no' | 'rowCount' | 'skipped'>,
  setNo: number,
  { members, again }: { members: Int32Array | null; again: boolean },
): Int32Array {
  const isDone = again ? `and (status = ${statusCode('ok')} or finish_reason = 'skipped')` : ''
  const why = 'one number for every response of a file'
  const sql = `select idx from responses where set_no = ? ${isDone}`
  const done = new Set([...hotRead(db, { why, sql, row: z.number() }).all(setNo), ...cell.skipped])
  const all = members ?? Int32Array.from({ length: cell.rowCount }, (_, idx) => idx)
  return all.filter((idx) => !done.has(idx))
}

/** Removes the failed responses of sets, so that they are asked for again; returns how many. */
export function dropFailed(db: Db, setNos: readonly number[]): number {
  const { setNo, status, finishReason } = responses
  const failed = and(
    inArray(setNo, [...setNos]),
    inArray(status, [statusCode('error'), statusCode('no_response')]),
    sql`coalesce(${finishReason}, '') <> 'skipped'`,
  )
  const { changes } = db.delete(responses).where(failed).run()
  noteChange(db, setNos)
  return changes
}
