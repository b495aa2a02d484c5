import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach } from 'vitest'
import { testDatabase } from './database'
import { migrateDatabase, openDatabase } from '@/db/client'
import { readConfig } from '@/lib/config'
import type { ImportPlan } from '@/lib/contracts/study'
import type { ServiceContext } from '@/lib/services/context'
import { previewUpload } from '@/lib/services/imports'
import { importFile, type ImportedFile } from '@/lib/services/imports/file'
import type { ImportHooks } from '@/lib/services/imports/rows/stage'
import { createStudy } from '@/lib/services/studies'
import { saveUpload } from '@/lib/services/imports/uploads'

/** A fresh database, a folder of its own and an empty study, for tests. */
export interface TestStudy extends ServiceContext {
  studyId: string
  /** Removes the folder. */
  close(): Promise<void>
}

/** Returns an empty study in a fresh in-memory database. */
export async function testStudy(): Promise<TestStudy> {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'evolens-test-'))
  const config = readConfig({ EVOLENS_DATA_DIR: folder, EVOLENS_CACHE_DIR: folder })
  const db = testDatabase()
  const { id } = createStudy(db, { name: 'Test' })
  return { db, config, studyId: id, close: () => fs.rm(folder, { recursive: true, force: true }) }
}

/** Returns an empty study in a file, which other threads read too. */
export async function fileStudy(): Promise<TestStudy> {
  const base = await testStudy()
  const db = openDatabase(path.join(base.config.dataDir, 'evolens.sqlite'))
  migrateDatabase(db)
  const { id } = createStudy(db, { name: 'Test' })
  const close = async () => {
    db.$client.close()
    await base.close()
  }
  return { ...base, db, studyId: id, close }
}

/** Makes an empty study before each test, hands it over, and removes its folder afterwards. */
export function studyEach(take: (study: TestStudy) => void): void {
  let study: TestStudy
  beforeEach(async () => {
    study = await testStudy()
    take(study)
  })
  afterEach(() => study.close())
}

/** Returns Alpaca rows `<prefix> <k>` with an input that is the same in every round. */
export function alpacaRows(n: number, prefix: string): Record<string, unknown>[] {
  return Array.from({ length: n }, (_, k) => ({
    instruction: `${prefix} ${k}`,
    input: `input ${k}`,
    output: `answer ${k} to ${prefix}`,
  }))
}

/** Uploads text under a name and returns the plan that the preview suggests, with changes. */
export async function planFor(
  study: TestStudy,
  name: string,
  content: string | Uint8Array,
  changes: Partial<ImportPlan> = {},
): Promise<ImportPlan> {
  async function* bytes() {
    yield Buffer.from(content)
  }
  const { uploadId } = await saveUpload(study.config, name, bytes())
  const { plan } = await previewUpload(study, study.studyId, { uploadId })
  return { ...plan, ...changes }
}

/** Imports rows as a JSON array under a file name, and returns what came of it. */
export async function importRows(
  study: TestStudy,
  name: string,
  rows: readonly unknown[],
  changes: Partial<ImportPlan> = {},
  hooks: ImportHooks = {},
): Promise<ImportedFile> {
  const plan = await planFor(study, name, JSON.stringify(rows), changes)
  return importFile(study, study.studyId, plan, hooks)
}

/** Imports a first round of four rows for a small and a large evolver, and returns the ids of both cells. */
export async function importTwoEvolvers(
  study: TestStudy,
): Promise<{ small: string; large: string }> {
  const place = { seedSetKey: 'general', seedSetLabel: 'General', round: 1 }
  const cell = async (key: 'small' | 'large', label: string, prefix: string) => {
    const arm = { ...place, armKey: key, armLabel: label, armClass: key }
    return (await importRows(study, `${prefix}.json`, alpacaRows(4, prefix), arm)).cellId
  }
  return { small: await cell('small', 'Small', 'a'), large: await cell('large', 'Large', 'b') }
}
