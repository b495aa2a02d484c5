import { describe, expect, it } from 'vitest'
import type { ImportPlan, ImportPreview } from '@/lib/contracts/study'
import { groupsOf, nameOf, withPreview, type ImportFile } from './use-import-files'

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

describe('files of a folder that says what it holds', () => {
  const named = (...names: string[]) =>
    names.map((name) =>
      Object.assign(new File(['x'], name.split('/').pop() as string), { path: name }),
    )
  const groups = (...names: string[]) => groupsOf(named(...names)).map((group) => group.map(nameOf))

  it('come as one group; archives, workbooks and what lies elsewhere come apart', () => {
    expect(
      groups(
        'set/README.md',
        'set/a/b.parquet',
        'set/a/README.md',
        'set/x.xlsx',
        'set/p.png',
        'y.json',
      ),
    ).toEqual([['set/README.md', 'set/a/b.parquet', 'set/a/README.md'], ['set/x.xlsx'], ['y.json']])
  })

  it('come one by one where nothing says so', () => {
    expect(groups('a.json', 'set/b.json')).toEqual([['a.json'], ['set/b.json']])
  })
})
