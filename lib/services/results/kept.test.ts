import { eq } from 'drizzle-orm'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { resultModels, results } from '@/db/schema'
import { unknownModel } from '@/lib/contracts/results'
import { alpacaRows, importRows, testStudy, type TestStudy } from '@/lib/testing/imports'
import { filesHere } from '../files/tasks'
import { deleteResultFile, listResults, restoreResultFile } from '.'
import { importResults } from './import'
import { keptResults } from './kept'
import { mapModel, modelMapper } from './models'

let study: TestStudy
beforeEach(async () => {
  study = await testStudy()
  const place = { seedSetKey: 'general', seedSetLabel: 'General', round: 1 }
  const arm = { armKey: 'small', armLabel: 'Small', armClass: 'small' as const }
  await importRows(study, 'a.json', alpacaRows(4, 'a'), { ...place, ...arm })
})
afterEach(() => study.close())

const HEAD = 'model,benchmark,metric,value,unit,n,harness,harness_version,few_shot,template_hash'

async function paste(line: string): Promise<void> {
  await importResults(study, study.studyId, { pasted: `${HEAD}\n${line}\n` }, filesHere)
}

it('keeps the list while nothing of it changes, and reads it again whatever does', async () => {
  const { db, studyId } = study
  const kept = () => keptResults(db, studyId)
  let removed = ''
  const steps: (() => unknown)[] = [
    () => paste('one,gsm8k,exact_match,0.60,fraction,1000,lm-eval,0.4.9,5,none'),
    () => paste('two,gsm8k,exact_match,0.50,fraction,1000,lm-eval,0.4.9,5,none'),
    () => {
      const mapping = { ...unknownModel(), armKey: 'small', round: 1 }
      mapModel(db, studyId, { source: 'table', model: 'one', mapping })
    },
    () => {
      const mapping = { ...unknownModel(), armKey: 'small', round: 2 }
      mapModel(db, studyId, { source: 'table', model: 'one', mapping })
    },
    () => {
      const [first] = db.select().from(results).all()
      const facts = { ...(first as NonNullable<typeof first>).facts, value: 0.61, written: '0.61' }
      db.update(results)
        .set({ facts })
        .where(eq(results.no, first?.no ?? 0))
        .run()
    },
    () => {
      removed = kept().files[0]?.id ?? ''
      deleteResultFile(db, studyId, removed)
    },
    () => restoreResultFile(db, studyId, removed),
  ]
  let before = kept()
  for (const step of steps) {
    expect(kept()).toBe(before)
    await step()
    const after = kept()
    expect(after).toEqual(listResults(db, studyId))
    expect(after).not.toEqual(before)
    before = after
  }
})

it('reads what was said of a model before its response model was asked for', () => {
  const { db, studyId } = study
  const { writer: _, ...mapping } = { ...unknownModel(), armKey: 'small' }
  const before = { studyId, source: 'table', model: 'one', mapping: mapping as never }
  db.insert(resultModels).values(before).run()
  expect(modelMapper(db, studyId)('table', 'one').mapping).toEqual({ ...mapping, writer: null })
})
