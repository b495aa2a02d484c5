import { formatCount, formatMetric } from '@/lib/contracts/format'
import { Table, type Column } from '@/components/ui/table'
import type { CompareControl } from '@/lib/contracts/compare'
import { formatDifference, formatInterval, reasonText } from './format'

const LENGTH = {
  as_is: 'as it is',
  matched: 'within 10 %',
  adjusted: 'regression',
} as const

const COLUMNS: Column<CompareControl>[] = [
  {
    name: 'Pairs',
    kind: 'name',
    cell: ({ pairs }) => (pairs === 'all' ? 'All' : 'Without flagged rows'),
  },
  { name: 'Length', cell: ({ length }) => LENGTH[length] },
  { name: 'n', kind: 'number', cell: ({ n }) => formatCount(n) },
  {
    name: 'A − B',
    kind: 'number',
    cell: (one) => (one.ok ? formatDifference(one.estimate) : reasonText(one.reason)),
  },
  {
    name: '95 % interval',
    kind: 'line',
    cell: (one) => (one.ok ? formatInterval(one.low, one.high) : ''),
  },
  {
    name: 'Found with 80 %',
    kind: 'number',
    hint: () =>
      'True difference that a two-sided test at 5 % finds with a probability of 80 %: (1.960 + 0.842) standard errors.',
    cell: (one) => (one.ok ? formatMetric(one.detectable) : ''),
  },
]

/** The mean difference before and after control for length and flags; standard errors count a seed once. */
export function ControlTable({ controls }: { controls: readonly CompareControl[] }) {
  return (
    <Table
      label="Difference before and after control"
      columns={COLUMNS}
      rows={controls}
      keyOf={({ pairs, length }) => `${pairs} ${length}`}
      caption="Before and after control. Normal intervals with standard errors over seeds, so the first line differs a little from the resampled interval."
    />
  )
}
