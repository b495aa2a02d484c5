import { expect, it } from 'vitest'
import { filterOf } from '@/components/views/figures/selection'
import { emptyFilter } from '@/lib/contracts/filter'
import { carriesValue } from '@/lib/contracts/status'
import { getExampleFigure } from '@/lib/services/figures'
import { markSelection, overlapSelection, type OverlapPrepared } from './shared/overlap'
import { subsetOverlap } from './subset-overlap'
import type { FigureSelection } from './types'

const { typed } = subsetOverlap

function drawn(options: object = {}) {
  const { data, options: own } = typed.example()
  return { data, prepared: typed.prepare(data, typed.options.parse({ ...own, ...options })) }
}

/** Rows that the rows page would show for a selection, read from the example's data. */
function opened({ data }: ReturnType<typeof drawn>, selection: FigureSelection): number {
  const { seedSets, arms, ranges, exports = [] } = filterOf(selection, emptyFilter())
  let rows = 0
  for (const one of data.series) {
    if (seedSets.length > 0 && !seedSets.includes(one.seedSetKey)) continue
    if (arms.length > 0 && !arms.includes(one.armKey ?? 'seeds')) continue
    if (selection.round !== null && one.round !== selection.round) continue
    for (let row = 0; row < one.n; row += 1) {
      const inRanges = ranges.every(({ column, min, max, missing }) => {
        const { values, status } = one.columns[column] ?? { values: [], status: [] }
        if (!carriesValue(status[row] ?? 0)) return missing
        const value = values[row] as number
        return value >= (min ?? -Infinity) && value <= (max ?? Infinity)
      })
      if (
        inRanges &&
        exports.every(({ id, inside }) => (one.members?.[id]?.[row] === 1) === inside)
      )
        rows += 1
    }
  }
  return rows
}

it.each([
  {},
  { top: 37, rows: 'cell', columns: 'seedSet' },
  { rows: 'all', fifth: 'difficulty_score.score' },
])('draws of every intersection and set the rows that a click opens, under %o', (options) => {
  const at = drawn(options)
  const { prepared } = at
  expect(prepared.panels.length).toBeGreaterThan(0)
  for (const panel of prepared.panels) {
    expect(prepared.marks.map((mark) => opened(at, markSelection(prepared, panel, mark)))).toEqual(
      panel.counts,
    )
    const sets = prepared.sets.map((_, set) =>
      opened(
        at,
        overlapSelection(prepared, panel, (other) => (other === set ? true : null)),
      ),
    )
    expect(sets).toEqual(panel.sizes)
    expect(panel.counts.reduce((sum, rows) => sum + rows, 0)).toBe(panel.any)
  }
})

it('orders intersections by rows or by how many sets they have, and sums up those that are not drawn', () => {
  const rowsOf = ({ marks, panels }: OverlapPrepared) =>
    marks.map((_, at) => panels.reduce((sum, panel) => sum + (panel.counts[at] ?? 0), 0))
  const bySize = rowsOf(drawn().prepared)
  expect(bySize).toEqual(bySize.toSorted((a, b) => b - a))
  const { prepared } = drawn({ sort: 'degree', most: 5 })
  const table = typed.table(prepared)
  expect(table.rows.slice(0, 6).map(({ sets, degree }) => [sets, degree])).toMatchObject([
    [expect.stringMatching(/ only$/), 1],
    [expect.stringMatching(/ only$/), 1],
    [expect.stringMatching(/ only$/), 1],
    [expect.stringMatching(/ only$/), 1],
    [expect.stringMatching(/ and /), 2],
    [`${prepared.marks.length - 5} other intersections`, null],
  ])
  const sum = (rows: typeof table.rows) => rows.reduce((all, row) => all + Number(row['rows']), 0)
  expect(sum(table.rows)).toBe(sum(typed.drawn?.(prepared).rows ?? []))
})

it('takes a set once, says that one set has nothing to overlap with, and reads an export alone', () => {
  const none = { third: 'none', fourth: 'none' }
  const { prepared } = drawn({ ...none, second: 'ifd.strict' })
  expect(prepared.sets.map(({ label }) => label)).toEqual(['IFD'])
  expect(prepared.notes.join()).toContain('Choose a second set')
  const alone = drawn({ ...none, first: 'export:example', second: 'none' }).prepared
  const rows = alone.panels.reduce((sum, { sizes }) => sum + (sizes[0] ?? 0), 0)
  expect(rows).toBe(typed.example().data.exports?.[0]?.rows)
  expect(alone.counts.every(({ n, valued }) => n === valued)).toBe(true)
})

it('sends less than 100 KB for six sets in every cell', () => {
  const options = {
    fifth: 'difficulty_score.score',
    rows: 'cell',
    columns: 'seedSet',
    most: 63,
    top: 50,
  }
  const sent = JSON.stringify(getExampleFigure('subset-overlap', options))
  expect(sent.length).toBeGreaterThan(10_000)
  expect(sent.length).toBeLessThan(100_000)
})
