import fs from 'node:fs'
import path from 'node:path'
import { and, eq, isNull } from 'drizzle-orm'
import type { Db } from '@/db/client'
import { PRIVATE_FILE, PRIVATE_FOLDER } from '@/db/private-files'
import { runCells } from '@/db/schema'
import type { KeptProgress } from '@/lib/metrics/types'

const folderOf = (db: Db) => path.join(path.dirname(db.$client.name), 'searches')

/** Returns the file in which the computation of a cell of a run leaves what it has found. */
export function keptFile(db: Db, runNo: number, cellNo: number): KeptProgress & { remove(): void } {
  const folder = folderOf(db)
  const file = path.join(folder, `${runNo}-${cellNo}.bin`)
  return {
    read: () => (fs.existsSync(file) ? fs.readFileSync(file) : null),
    write(bytes) {
      fs.mkdirSync(folder, { recursive: true, mode: PRIVATE_FOLDER })
      // A kill leaves the file before or the file after.
      fs.writeFileSync(`${file}.part`, bytes, { mode: PRIVATE_FILE })
      fs.renameSync(`${file}.part`, file)
    },
    remove: () => fs.rmSync(file, { force: true }),
  }
}

/** Removes the files of cells that are computed or gone, and what a kill left half written. */
export function removeOldKeptFiles(db: Db): void {
  const folder = folderOf(db)
  if (!fs.existsSync(folder)) return
  for (const name of fs.readdirSync(folder)) {
    const [, run, cell] = /^(\d+)-(\d+)\.bin$/.exec(name) ?? []
    const isOpen = and(
      eq(runCells.runNo, Number(run)),
      eq(runCells.cellNo, Number(cell)),
      isNull(runCells.finishedAt),
    )
    const found = run && db.select({ no: runCells.runNo }).from(runCells).where(isOpen).get()
    if (!found) fs.rmSync(path.join(folder, name), { force: true })
  }
}
