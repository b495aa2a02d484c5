import { asc, eq, isNull } from 'drizzle-orm'
import type { Db } from '@/db/client'
import { benchmarkTexts, studies, subsets } from '@/db/schema'
import { readableRows } from '@/db/stored-json'
import { cleanName } from '@/lib/contracts/plain-text'
import type { Benchmark } from '@/lib/contracts/subset'
import { AppError } from '@/lib/errors'
import type { RuleBenchmark } from '@/lib/subsets/types'
import type { ServiceContext } from '../context'
import type { FileTasks } from '../files/tasks'
import { openUpload, removeUpload } from '../imports/uploads'

/** Returns the benchmarks that were added, by name. */
export function listBenchmarks(db: Db): Benchmark[] {
  const rows = db.select().from(benchmarkTexts).orderBy(asc(benchmarkTexts.name)).all()
  return rows.map(({ items, ...row }) => ({ ...row, items: items.length }))
}

/** Adds a benchmark file and returns it; the same bytes are the same benchmark. Throws `invalid_input` where it has no texts. */
export async function addBenchmark(
  db: Db,
  file: { path: string; name: string },
  files: FileTasks,
): Promise<Benchmark> {
  const name = cleanName(file.name) || 'benchmark'
  const { items, sha256 } = await files.benchmark({ path: file.path, name })
  const row = { sha256, name, items, createdAt: Date.now() }
  db.insert(benchmarkTexts).values(row).onConflictDoNothing().run()
  return { ...row, items: items.length }
}

/** Adds an uploaded file as a benchmark and returns it; the upload is removed. */
export async function addUploadedBenchmark(
  { db, config }: ServiceContext,
  uploadId: string,
  files: FileTasks,
): Promise<Benchmark> {
  const { path, fileName } = await openUpload(config, uploadId)
  const added = await addBenchmark(db, { path, name: fileName }, files)
  await removeUpload(config, uploadId)
  return added
}

/** Deletes a benchmark. Throws `not_found`, and `conflict` while a saved subset names it: its rules could not be applied again. */
export function deleteBenchmark(db: Db, sha256: string): void {
  const { name } = readBenchmark(db, sha256)
  const query = db
    .select({ id: subsets.id, name: subsets.name, recipe: subsets.recipe, study: studies.name })
    .from(subsets)
    .innerJoin(studies, eq(studies.id, subsets.studyId))
    .where(isNull(subsets.deletedAt))
  const user = readableRows(() => query.all()).rows.find(({ recipe }) =>
    recipe.rules?.some((rule) => rule.rule === 'decontaminate' && rule.benchmarks.includes(sha256)),
  )
  if (user) {
    throw new AppError(
      'conflict',
      `The subset "${user.name}" of the study "${user.study}" names the benchmark "${name}". Delete the subset first.`,
    )
  }
  db.delete(benchmarkTexts).where(eq(benchmarkTexts.sha256, sha256)).run()
}

/** Returns the items of a benchmark; throws `invalid_input` where it was not added here. */
export function readBenchmark(db: Db, sha256: string): RuleBenchmark {
  const row = db.select().from(benchmarkTexts).where(eq(benchmarkTexts.sha256, sha256)).get()
  if (row) return row
  throw new AppError(
    'invalid_input',
    `The benchmark file with SHA-256 ${sha256.slice(0, 12)}… is not here. Add the file again; it is known by its content.`,
  )
}
