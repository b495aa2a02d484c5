'use client'

import { Group, MultiSelect } from '@mantine/core'
import { parseAsArrayOf, parseAsString, useQueryStates } from 'nuqs'
import type { ReactNode } from 'react'
import { useMetrics } from '@/components/hooks/use-compute'
import { useSubsetComparison } from '@/components/hooks/use-subsets'
import { byGroup } from '@/components/ui/by-group'
import { hasWords, isQuantity } from '@/lib/contracts/column-kinds'
import type { StudyDetail } from '@/lib/contracts/study'
import { DASH, formatCount, formatShare, formatValue } from '@/lib/contracts/format'
import { Section } from '@/components/ui/page'
import { QueryState } from '@/components/ui/states'
import { Table, type Column } from '@/components/ui/table'
import type { SubsetComparison } from '@/lib/contracts/subset'
import classes from './subsets.module.css'

interface Line {
  key: string
  name: string
  of(subset: number): ReactNode
}

type ComparedColumn = SubsetComparison['columns'][number]

/** Height of the tallest bar; widths are shares of the cell. */
const BAR_HEIGHT = 28
// Words beyond these are in the reply only.
const MOST_WORDS = 8

/** How the values of a column are distributed in one subset, at a scale that all of them share. */
function Distribution({ column, at }: { column: ComparedColumn; at: number }) {
  const { bins, values, label } = column
  const share = ({ n, counts }: ComparedColumn['values'][number], bin: number) =>
    n === 0 ? 0 : (counts[bin] ?? 0) / n
  const own = values[at]
  if (!own || own.n === 0) return DASH
  const shown = column.isNumber ? bins : bins.slice(0, MOST_WORDS)
  const top = Math.max(...values.flatMap((one) => shown.map((_, bin) => share(one, bin))))
  const said = shown.map((name, bin) => `${name}: ${formatShare(share(own, bin))}`)
  return (
    <svg
      className={classes.distribution}
      viewBox={`0 0 ${shown.length} ${BAR_HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`${label}. ${said.join('; ')}`}
    >
      {shown.map((name, bin) => {
        const height = top === 0 ? 0 : (share(own, bin) / top) * BAR_HEIGHT
        return (
          <rect
            key={`${bin} ${name}`}
            x={bin + 0.05}
            y={BAR_HEIGHT - height}
            width={0.9}
            height={height}
          >
            <title>{said[bin]}</title>
          </rect>
        )
      })}
    </svg>
  )
}

/** The commonest words of a column, with their shares. */
function wordsText({ bins, values }: ComparedColumn, at: number): string {
  const own = values[at]
  if (!own || own.n === 0) return DASH
  const parts = bins
    .slice(0, MOST_WORDS)
    .map((name, bin) => `${name} ${formatShare((own.counts[bin] ?? 0) / own.n)}`)
  return `${parts.join(', ')}${bins.length > MOST_WORDS ? ', …' : ''}`
}

const ORIGIN: Record<string, string> = {
  seed_set: 'Seed set',
  evolver: 'Evolver',
  round: 'Round',
  operator: 'Operator',
}

/** One line for each fact, one column for each subset. */
function linesOf({ subsets, shared, columns, measures }: SubsetComparison): Line[] {
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
    ...columns.flatMap((one) => {
      const { column, label, values } = one
      const drawn = {
        key: `${column}-distribution`,
        name: `${label}: distribution`,
        of: (k: number) => <Distribution column={one} at={k} />,
      }
      const without = (k: number) => {
        const missing = values[k]?.missing ?? 0
        return missing > 0 ? `; ${formatCount(missing)} missing` : ''
      }
      const hasMeans = values.some(({ mean }) => mean !== null)
      const said = {
        key: column,
        name: hasMeans ? `${label}: mean, median` : `${label}: shares`,
        of: (k: number) => {
          const { mean = null, median = null } = values[k] ?? {}
          if (!hasMeans) return `${wordsText(one, k)}${without(k)}`
          if (mean === null || median === null) return DASH
          return `${formatValue(mean)}, ${formatValue(median)}${without(k)}`
        },
      }
      const apart = {
        key: `${column}-effect`,
        name: `${label}: ${one.measure} against the others`,
        of: (k: number) => {
          const { effect = null, word = null } = values[k] ?? {}
          if (effect === null) return DASH
          const most = word ? `, most by ${word.word} (${formatShare(word.difference)})` : ''
          return `${formatValue(effect)}${most}`
        },
      }
      return [said, drawn, apart]
    }),
    ...measures.map(({ metric, key, label, values }) => ({
      key: `${metric}.${key}`,
      name: label,
      of: (k: number) => {
        const { mean = null, sd = null } = values[k] ?? {}
        if (mean === null) return DASH
        return sd === null ? formatValue(mean) : `${formatValue(mean)} ± ${formatValue(sd)}`
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
      of: (k) =>
        subsets[k]?.words.map(({ word, odds }) => `${word} ×${formatValue(odds)}`).join(', ') ||
        DASH,
    },
  ]
}

const listParser = parseAsArrayOf(parseAsString).withOptions({ history: 'push' })

const CHOSEN = [
  ['by', 'Columns', 'Empty shows those that the study shows at first.'],
  [
    'measures',
    'Measures of a set',
    'Of the instructions or of their embeddings, over draws of as many rows from each subset.',
  ],
] as const

/** What can be chosen for a comparison: columns of one value a row, and measures of a set. */
function useChoices(study: StudyDetail) {
  const { data: metrics = [] } = useMetrics()
  const columns = study.columns.filter(
    ({ hidden, shape }) =>
      !hidden && shape !== 'vector' && shape !== 'tags' && (isQuantity(shape) || hasWords(shape)),
  )
  return {
    by: byGroup(columns).map(([group, ofGroup]) => ({
      group,
      items: ofGroup.map(({ id, label }) => ({ value: id, label })),
    })),
    measures: metrics.filter(({ ofSet }) => ofSet).map(({ id, label }) => ({ value: id, label })),
  }
}

/** Two to six saved subsets side by side. */
export function SubsetComparisonTable({ study, ids }: { study: StudyDetail; ids: string[] }) {
  const [chosen, setChosen] = useQueryStates({ by: listParser, measures: listParser })
  const choices = useChoices(study)
  const query = useSubsetComparison(study.study.id, {
    ids,
    ...(chosen.by ? { columns: chosen.by } : {}),
    measures: chosen.measures ?? [],
  })
  return (
    <Section title="Comparison">
      <Group align="end">
        {CHOSEN.map(([name, label, description]) => (
          <MultiSelect
            key={name}
            label={label}
            description={description}
            flex="1 1 260px"
            searchable
            data={choices[name]}
            value={chosen[name] ?? []}
            onChange={(next) => void setChosen({ [name]: next.length > 0 ? next : null })}
          />
        ))}
      </Group>
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
                Shares are of the rows of the subset in whose column they stand. Bars of one column
                have the same bins and scale in all subsets. Words are those of instructions that
                are clearly more frequent than in the other subsets together, with the ratio of
                their odds. Cliff's delta (-1 to 1) is above 0 where the values of the subset are
                higher than those of the others together; Cramér's V (0 to 1) is the same for words.
                {data.drawn
                  ? ` Measures are means of ${data.drawn.draws} draws of ${formatCount(data.drawn.n)} rows (random seed ${data.drawn.seed}) with their standard deviation; a subset of just as many rows is measured once.`
                  : ''}
                {[...new Set(data.measures.flatMap(({ note }) => note ?? []))].map(
                  (note) => ` ${note}`,
                )}
              </p>
            </Table>
          )
        }}
      </QueryState>
    </Section>
  )
}
