'use client'

import { useSubsetComparison } from '@/components/hooks/use-subsets'
import { DASH, formatCount, formatShare, formatValue } from '@/lib/contracts/format'
import { Section } from '@/components/ui/page'
import { QueryState } from '@/components/ui/states'
import { Table, type Column } from '@/components/ui/table'
import type { SubsetComparison } from '@/lib/contracts/subset'
import classes from './subsets.module.css'

interface Line {
  key: string
  name: string
  of(subset: number): string
}

const ORIGIN: Record<string, string> = {
  seed_set: 'Seed set',
  evolver: 'Evolver',
  round: 'Round',
  operator: 'Operator',
}

/** One line for each fact, one column for each subset. */
function linesOf({ subsets, shared, columns }: SubsetComparison): Line[] {
  const share = (rows: number, k: number) => {
    const all = subsets[k]?.rows ?? 0
    return all === 0 ? DASH : `${formatCount(rows)} (${formatShare(rows / all)})`
  }
  const names = (k: number) => subsets[0]?.origins[k]?.counts.map((count) => count.name) ?? []
  return [
    { key: 'rows', name: 'Rows', of: (k) => formatCount(subsets[k]?.rows ?? 0) },
    ...subsets.map(({ id, name }, other) => ({
      key: `shared-${id}`,
      name: `Also in ${name}`,
      of: (k: number) => (k === other ? DASH : share(shared[k]?.[other] ?? 0, k)),
    })),
    ...columns.map(({ column, label, values }) => ({
      key: column,
      name: `${label}: mean, median`,
      of: (k: number) => {
        const { mean = null, median = null, missing = 0 } = values[k] ?? {}
        if (mean === null || median === null) return DASH
        const without = missing > 0 ? `; ${formatCount(missing)} missing` : ''
        return `${formatValue(mean)}, ${formatValue(median)}${without}`
      },
    })),
    ...(subsets[0]?.origins ?? []).flatMap(({ origin }, at) =>
      names(at).map((name, place) => ({
        key: `${origin}-${name}`,
        name: `${ORIGIN[origin] ?? origin} ${name}`,
        of: (k: number) => share(subsets[k]?.origins[at]?.counts[place]?.rows ?? 0, k),
      })),
    ),
    {
      key: 'words',
      name: 'Words that the others lack',
      of: (k) => subsets[k]?.words.map(({ word }) => word).join(', ') || DASH,
    },
  ]
}

/** Two to six saved subsets side by side. */
export function SubsetComparisonTable({ studyId, ids }: { studyId: string; ids: string[] }) {
  const query = useSubsetComparison(studyId, ids)
  return (
    <Section title="Comparison">
      <QueryState query={query} what="The subsets could not be compared" lines={8} height={32}>
        {(data) => {
          const columns: Column<Line>[] = [
            { name: 'Of the subset', kind: 'name', cell: ({ name }) => name },
            ...data.subsets.map(({ name, id }, k) => ({
              name: `${name} ${id}`,
              head: name,
              cell: (line: Line) => line.of(k),
            })),
          ]
          return (
            <Table
              label="Comparison of subsets"
              columns={columns}
              rows={linesOf(data)}
              keyOf="key"
              className="ev-panel"
            >
              <p className={classes.tableNote}>
                Shares are of the rows of the subset in whose column they stand. Words are those of
                instructions that are clearly more frequent than in the other subsets together.
              </p>
            </Table>
          )
        }}
      </QueryState>
    </Section>
  )
}
