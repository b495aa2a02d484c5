import { expect, it } from 'vitest'
import type { ImportPlan, ImportPreview } from '@/lib/contracts/study'
import { withPreview, type ImportFile } from './use-import-files'

const column = (name: string) => ({ column: name, kind: 'number' as const })
const plan = (change: Partial<ImportPlan> = {}) =>
  ({
    format: 'alpaca',
    mapping: { instruction: 'instruction' },
    columns: [],
    opening: { encoding: null },
    round: 0,
    skipBadRows: false,
    questions: [],
    ...change,
  }) as unknown as ImportPlan
const preview = (of: ImportPlan) =>
  ({ plan: of, error: null, rows: [] }) as unknown as ImportPreview
const fileWith = (now: ImportPlan) =>
  ({ id: 'f', plan: now, preview: null }) as unknown as ImportFile

it('a preview that arrives late takes nothing back that was chosen since', () => {
  const asked = plan({ columns: [column('a')] })
  const now = plan({ columns: [column('a'), column('b')] })
  expect(withPreview(fileWith(now), asked, preview(asked), false)).toEqual(fileWith(now))
})

it('a preview of the present reading is shown beside what was changed since', () => {
  const asked = plan({ columns: [column('a')] })
  const now = { ...asked, round: 2 }
  const shown = withPreview(fileWith(now), asked, preview(asked), false)
  expect(shown).toMatchObject({ plan: now, preview: { plan: asked }, isChosen: true })
})

it('a file that is opened in another way takes the new guess, and keeps its place', () => {
  const asked = plan()
  const guess = plan({ mapping: { instruction: 'text' } as ImportPlan['mapping'], round: 5 })
  const shown = withPreview(fileWith({ ...asked, round: 2 }), asked, preview(guess), true)
  expect(shown.plan).toMatchObject({ mapping: { instruction: 'text' }, round: 2 })
})
