import type { FigureSelection, FigureTable, TableCell } from '../types'
import {
  degreeOf,
  markName,
  markSelection,
  type OverlapPanel,
  type OverlapPrepared,
} from './overlap'
import { count, coverageText, labelOf, list, percent, plural } from './text'

/** Filters of more lines would make the reply larger than 100 KB; the picture opens their rows all the same. */
const MOST_LINKED = 60
/** Panels and intersections that are told in words; the others are in the table. */
const MOST_TOLD = 6

function panelName({ rows, columns }: OverlapPrepared, panel: OverlapPanel): string {
  const names = [labelOf(columns, panel.column), labelOf(rows, panel.row)].filter(Boolean)
  return names.join(', ')
}

function tableOf(prepared: OverlapPrepared, most: number, linked: boolean): FigureTable {
  const { sets, marks, panels } = prepared
  const rows: Record<string, TableCell>[] = []
  const selections: (FigureSelection | null)[] = []
  for (const panel of panels) {
    const line = (sets: string, degree: number | null, rowsOf: number) =>
      rows.push({
        seedSet: labelOf(prepared.columns, panel.column),
        panel: labelOf(prepared.rows, panel.row),
        sets,
        degree,
        rows: rowsOf,
        share: panel.any > 0 ? (100 * rowsOf) / panel.any : null,
      })
    marks.slice(0, most).forEach((mark, at) => {
      line(markName(sets, mark), degreeOf(mark), panel.counts[at] ?? 0)
      selections.push(markSelection(prepared, panel, mark))
    })
    const rest = panel.counts.slice(most).reduce((sum, rowsOf) => sum + rowsOf, 0)
    if (marks.length > most) {
      line(`${plural(marks.length - most, 'other intersection')}`, null, rest)
      selections.push(null)
    }
  }
  return {
    columns: [
      { key: 'seedSet', label: 'Seed set', unit: '' },
      { key: 'panel', label: 'Panel', unit: '' },
      { key: 'sets', label: 'In exactly these sets', unit: '' },
      { key: 'degree', label: 'Sets', unit: '' },
      { key: 'rows', label: 'Rows', unit: '' },
      { key: 'share', label: 'Share of the rows in any set', unit: '%' },
    ],
    rows,
    ...(linked && rows.length <= MOST_LINKED ? { selections } : {}),
  }
}

/** Returns one line an intersection and panel; those that are not drawn are summed up. */
export function overlapTable(prepared: OverlapPrepared): FigureTable {
  return tableOf(prepared, prepared.most, true)
}

/** Returns one line for every intersection, drawn or not. */
export function allIntersections(prepared: OverlapPrepared): FigureTable {
  return tableOf(prepared, prepared.marks.length, false)
}

/** Returns how many of the selected rows all sets share. */
export function overlapReading({ sets, marks, panels }: OverlapPrepared): string {
  const any = panels.reduce((sum, panel) => sum + panel.any, 0)
  if (any === 0 || sets.length < 2) return ''
  const at = marks.indexOf((1 << sets.length) - 1)
  const all = panels.reduce((sum, panel) => sum + (panel.counts[at] ?? 0), 0)
  const names = list(sets.map(({ label }) => label))
  return `${percent(all / any)} of the ${plural(any, 'row')} in any of the sets are in all of ${names} (${count(all)}).`
}

/** Returns sets and largest intersections in words. */
export function overlapAltText(prepared: OverlapPrepared): string {
  const { sets, marks, panels, counts } = prepared
  const told = panels.slice(0, MOST_TOLD).map((panel) => {
    const sizes = sets.map(({ label }, bit) => `${label} ${count(panel.sizes[bit] ?? 0)}`)
    const largest = marks
      .map((mark, at) => ({ mark, rows: panel.counts[at] ?? 0 }))
      .filter(({ rows }) => rows > 0)
      .toSorted((a, b) => b.rows - a.rows)
      .slice(0, MOST_TOLD)
      .map(({ mark, rows }) => `${markName(sets, mark)} ${count(rows)}`)
    return `${panelName(prepared, panel)}: sets of ${list(sizes)}; largest intersections: ${list(largest) || 'none'}`
  })
  const rest = panels.length - told.length
  const more = rest > 0 ? `; ${plural(rest, 'more panel')} in the table` : ''
  return `Overlap of ${plural(sets.length, 'set')} of rows (UpSet): rows in exactly these sets, and in no other. ${told.join('. ')}${more}. ${coverageText(counts)}.`
}
