import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { testDatabase } from '@/lib/testing/database'
import { sampleSize } from '@/lib/testing/sample-size'
import { getMeasured, parseParams } from '@/lib/metrics'
import { getPrompt } from '@/lib/prompts'
import { operatorFor, DEPTH_ORDER } from '@/lib/prompts/operators'
import { currentCells, newestAlignment } from '../cells'
import { listStudies } from '../studies'
import { loadSample } from './load'
import { readManifest, readSampleMetrics, readSampleRows, sampleFolder } from './manifest'

describe('the sample study', () => {
  const manifest = readManifest()

  const rotated = manifest.arms.filter(({ scenario }) => scenario === 'evol-instruct')
  const isRotated = (arm: string | null) => rotated.some(({ key }) => key === arm)

  it('has 48 seeds in three sets and three rounds of two evolvers', () => {
    const sets = manifest.seedSets.filter(({ file }) => file !== null)
    expect(sets.map((set) => set.key)).toEqual(['general', 'mathematics', 'code'])
    expect(rotated).toHaveLength(2)
    const files = manifest.files.filter(({ arm }) => arm === null || isRotated(arm))
    expect(files).toHaveLength(3 * (1 + 2 * 3))
    expect(files.every((file) => file.rows === 16)).toBe(true)
  })

  it('names files by their content', () => {
    for (const { file, sha256 } of manifest.files) {
      const bytes = fs.readFileSync(path.join(sampleFolder(), file))
      expect([file, createHash('sha256').update(bytes).digest('hex')]).toEqual([file, sha256])
    }
  })

  it('was made with the prompts that ship', () => {
    for (const { id, hash } of manifest.prompts) expect(getPrompt(id).hash).toBe(hash)
  })

  it('follows the rotation of operators', () => {
    for (const { file, arm, round } of manifest.files) {
      if (!isRotated(arm)) continue
      readSampleRows(file).forEach((row, idx) => {
        expect(row.parent).toBe(idx)
        expect(row.operator).toBe(operatorFor(idx, round, DEPTH_ORDER))
      })
    }
  })

  it('asks for metrics that exist, with parameters that they take', () => {
    const metrics = readSampleMetrics()
    expect(metrics.length).toBeGreaterThan(0)
    for (const { metric, params } of metrics) parseParams(getMeasured(metric), params)
  })

  it('loads once, whole, with births', async () => {
    const db = testDatabase()
    const first = await loadSample(db)
    expect(first.loaded).toBe(true)
    expect(await loadSample(db)).toEqual({ studyId: first.studyId, loaded: false })
    const cells = currentCells(db, first.studyId)
    expect(cells).toHaveLength(sampleSize().files)
    expect(cells.reduce((sum, cell) => sum + cell.rowCount, 0)).toBe(sampleSize().rows)
    for (const cell of cells) {
      if (cell.armId === null) continue
      // Rows of AutoIF descend from none.
      const matched = cell.seedSetKey === 'autoif' ? 0 : cell.rowCount
      expect(newestAlignment(db, cell.no)).toMatchObject({ kind: 'birth', matched })
    }
  })

  it('removes what a kill left behind and loads again', async () => {
    const db = testDatabase()
    const { studyId } = await loadSample(db)
    db.$client.prepare("update studies set origin = 'sample-loading' where id = ?").run(studyId)
    const again = await loadSample(db)
    expect(again.loaded).toBe(true)
    expect(again.studyId).not.toBe(studyId)
    expect(listStudies(db).map((study) => study.id)).toEqual([again.studyId])
    const { rows } = db.$client.prepare('select count(*) as rows from rows').get() as {
      rows: number
    }
    expect(rows).toBe(sampleSize().rows)
  })
})
