import fs from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import type { Db } from '@/db/client'
import { hotRead } from '@/db/hot-sql'
import type { Storage, StudyStorage } from '@/lib/contracts/storage'
import { throwIfAborted } from '@/lib/errors'
import { cachesOf } from '../columns/cache'
import { listStudies } from '.'

// A link is four numbers and an operator; its key in the index is two numbers more.
const LINK_BYTES = 32

const TEXTS = ['instruction', 'input', 'system', 'history', 'messages', 'tools', 'extra']

const sum = (fields: readonly string[]) =>
  fields.map((field) => `coalesce(octet_length(${field}), 0)`).join(' + ')

const OF_STUDY = 'join cells c on c.no = x.cell_no where c.study_id = ?'

/** Parts of a study: the things that hold entries with a number that changes with them, and the bytes of one thing. */
const PARTS = {
  rows: {
    things: 'select no, row_count from cells where study_id = ?',
    bytes: `select coalesce(sum(${sum(TEXTS)}), 0) from rows where cell_no = ?`,
  },
  responses: {
    things: `select x.no, (select coalesce(max(idx), 0) from responses where set_no = x.no) from response_sets x ${OF_STUDY}`,
    bytes: 'select coalesce(sum(octet_length(text)), 0) from responses where set_no = ?',
  },
  links: {
    things: `select x.no, x.total from alignments x join cells c on c.no = x.child_cell_no where c.study_id = ?`,
    bytes: `select count(*) * ${LINK_BYTES} from links where alignment_no = ?`,
  },
  columns: {
    things: `select r.no, coalesce(sum(x.version), 0) from runs r left join run_cells x on x.run_no = r.no where r.study_id = ? group by r.no`,
    bytes:
      'select coalesce(sum(length("values") + length(status)), 0) from column_chunks where run_no = ?',
  },
  details: {
    things: `select r.no, coalesce(sum(x.version), 0) from runs r left join run_cells x on x.run_no = r.no where r.study_id = ? group by r.no`,
    bytes: 'select coalesce(sum(octet_length(detail)), 0) from row_details where run_no = ?',
  },
} as const satisfies Partial<Record<keyof StudyStorage, object>>

type PartName = keyof typeof PARTS

const WHY = 'lengths of all texts of a study, which only SQL knows without reading them'

async function bytesOf(db: Db, studyId: string, part: PartName, signal: AbortSignal) {
  const { things, bytes } = PARTS[part]
  const list = hotRead(db, { why: WHY, sql: things, row: z.tuple([z.number(), z.number()]) })
  const size = hotRead(db, { why: WHY, sql: bytes, row: z.number() })
  let total = 0
  for (const [no, stamp] of list.all(studyId)) {
    throwIfAborted(signal)
    // Files, alignments and finished runs never change, so only what is new is counted.
    const count = () => size.get(no) ?? 0
    total += cachesOf(db).results.get(`storage/${part}/${no}`, String(stamp), () => 8, count)
    await new Promise((resolve) => setImmediate(resolve))
  }
  return total
}

/** Returns how many bytes the entries of each study have, deleted ones and replaced files included. */
export async function studyStorage(db: Db, signal: AbortSignal): Promise<StudyStorage[]> {
  const sizes: StudyStorage[] = []
  for (const { id: studyId } of listStudies(db)) {
    const one = { studyId, rows: 0, responses: 0, links: 0, columns: 0, details: 0, total: 0 }
    for (const part of Object.keys(PARTS) as PartName[]) {
      one[part] = await bytesOf(db, studyId, part, signal)
      one.total += one[part]
    }
    sizes.push(one)
  }
  return sizes
}

async function folderSize(folder: string): Promise<number> {
  const entries = await fs.readdir(folder, { withFileTypes: true, recursive: true }).catch(() => [])
  const sizes = entries
    .filter((entry) => entry.isFile())
    .map((entry) => fileSize(path.join(entry.parentPath, entry.name)))
  return (await Promise.all(sizes)).reduce((total, bytes) => total + bytes, 0)
}

async function fileSize(file: string): Promise<number> {
  return (await fs.stat(file).catch(() => null))?.size ?? 0
}

/** Returns the sizes of the files of a data folder, beside what the studies in it have. */
export async function storageFiles(
  db: Db,
  dataDir: string,
  studies: readonly StudyStorage[],
): Promise<Storage['files']> {
  const file = db.$client.name
  const database = (await fileSize(file)) + (await fileSize(`${file}-wal`))
  const pages = (name: string) => Number(db.$client.pragma(name, { simple: true }))
  const free = pages('freelist_count') * pages('page_size')
  const counted = studies.reduce((total, one) => total + one.total, 0)
  return {
    database,
    free,
    rest: Math.max(0, database - free - counted),
    vectors: await folderSize(path.join(dataDir, 'vectors')),
    uploads: await folderSize(path.join(dataDir, 'uploads')),
    backups: await folderSize(path.join(dataDir, 'backups')),
  }
}
