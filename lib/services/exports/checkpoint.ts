import { createHash, type Hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import fs from 'node:fs/promises'
import { z } from 'zod'
import type { Db } from '@/db/client'
import type { JsonObject } from '@/lib/formats/types'
import { selectionStamp } from '../rows/select'
import type { ExportPlan } from './plan'

const checkpointSchema = z.object({
  /** What rows, order and columns depend on. */
  stamp: z.string(),
  /** Rows that are in the file whole. */
  rows: z.number().int().min(1),
  /** Bytes that they take. */
  bytes: z.number().int().min(1),
})
type Checkpoint = z.infer<typeof checkpointSchema>

/** Where writing goes on. */
export interface Begun {
  rows: number
  bytes: number
  hash: Hash
  /** What is said of an attempt that begins anew or goes on; null for the first one. */
  note: string | null
}

const fileOf = (part: string) => `${part}.json`

/** Returns what changes whenever the same request could give other bytes. */
export function exportStamp(db: Db, { study, request }: ExportPlan, recipe: JsonObject): string {
  const facts = [selectionStamp(db, study.id), request, recipe]
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex')
}

/** Notes how far a file is written. */
export async function noteCheckpoint(part: string, checkpoint: Checkpoint): Promise<void> {
  // Never half a note: the name changes when all of it is there.
  await fs.writeFile(`${fileOf(part)}.new`, JSON.stringify(checkpoint))
  await fs.rename(`${fileOf(part)}.new`, fileOf(part))
}

/** Removes what an attempt left behind. */
export async function removePart(part: string): Promise<void> {
  for (const file of [part, fileOf(part), `${fileOf(part)}.new`]) await fs.rm(file, { force: true })
}

/** Returns where writing goes on; a file that cannot be continued is removed, and `note` says why writing begins anew. */
export async function beginOrGoOn(part: string, stamp: string, goesOn: boolean): Promise<Begun> {
  const size = (await fs.stat(part).catch(() => null))?.size ?? null
  const text = await fs.readFile(fileOf(part), 'utf8').catch(() => null)
  const anew = async (why: string | null): Promise<Begun> => {
    await removePart(part)
    const note = why === null ? null : `begun anew: ${why}`
    return { rows: 0, bytes: 0, hash: createHash('sha256'), note }
  }
  if (size === null) return anew(null)
  if (!goesOn) return anew('a file of this format cannot be continued in its middle')
  const known = checkpointSchema.safeParse(text === null ? null : JSON.parse(text)).data
  if (!known) return anew('no row was noted as written')
  const { rows, bytes } = known
  if (known.stamp !== stamp) return anew('rows, values or marks have changed')
  if (bytes > size) return anew('a part of the file is lost')
  await fs.truncate(part, bytes)
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(part)) hash.update(chunk as Buffer)
  return { rows, bytes, hash, note: `gone on after row ${rows}` }
}
