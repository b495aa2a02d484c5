'use client'

import { Tooltip, UnstyledButton } from '@mantine/core'
import type { CompareInterval, CompareMetric, CompareSideValues } from '@/lib/contracts/compare'
import { differenceOf, effectOf, mainTest } from '@/lib/contracts/compare-report'
import { DASH, formatCount, formatMetric } from '@/lib/contracts/format'
import { Term } from '@/components/ui/info-tip'
import { Table, type Column } from '@/components/ui/table'
import { formatDifference, formatInterval, missingText, pText, reasonText } from './format'
import { IntervalMark } from './interval-mark'
import classes from './compare.module.css'

interface SummaryTableProps {
  metrics: readonly CompareMetric[]
  intervals: Record<string, CompareInterval> | undefined
  selected: string | null
  tests: number
  onSelect(column: string): void
}

function Missing({ side }: { side: CompareSideValues }) {
  const missing = side.rows - side.valued
  if (missing === 0) return <>0</>
  return <Term tip={missingText(side.missing)}>{formatCount(missing)}</Term>
}

function MissingRows({ metric }: { metric: CompareMetric }) {
  return (
    <>
      <Missing side={metric.a} /> · <Missing side={metric.b} />
    </>
  )
}

function Interval({
  metric,
  interval,
}: {
  metric: CompareMetric
  interval: CompareInterval | undefined
}) {
  const estimate = metric.paired?.meanDifference
  const apart = metric.unpaired?.difference
  if (apart) {
    return (
      <span className="ev-dim">
        {apart.ok ? `${formatInterval(apart.low, apart.high)}, unpaired` : 'unpaired'}
      </span>
    )
  }
  if (interval === undefined) return <span className="ev-dim">computing …</span>
  if (!interval.ok || estimate === null || estimate === undefined) {
    return <span className="ev-dim">{DASH}</span>
  }
  const text = formatInterval(interval.low, interval.high)
  const full = `95 % interval ${text}, ${formatCount(interval.resamples)} resamples of ${formatCount(interval.seeds)} ${metric.unitName}s${
    interval.strata > 1 ? ` within each of ${interval.strata} seed sets` : ''
  }, all pairs of one together, ${
    interval.method === 'weights' ? 'by random weights' : 'drawn with replacement'
  }, random seed ${interval.seed}.`
  return (
    <Tooltip label={full}>
      <UnstyledButton component="span" tabIndex={0} className={classes.interval}>
        <IntervalMark estimate={estimate} low={interval.low} high={interval.high} label={full} />
        <span>{text}</span>
      </UnstyledButton>
    </Tooltip>
  )
}

function PValue({ metric }: { metric: CompareMetric }) {
  const test = mainTest(metric)?.test
  if (!test) return <>{DASH}</>
  if (!test.ok) return <Term tip={`No test: ${reasonText(test.reason)}.`}>{DASH}</Term>
  return (
    <Term tip={`${pText(test.p)} before the correction.`}>
      {pText(test.pHolm).slice(2).replace(/^= /, '')}
    </Term>
  )
}

function whyMissing({ a, b }: CompareMetric): string {
  const sides = [
    a.valued < a.rows ? `A ${missingText(a.missing)}` : '',
    b.valued < b.rows ? `B ${missingText(b.missing)}` : '',
  ].filter(Boolean)
  return sides.length > 0 ? `: ${sides.join('; ')}` : ''
}

/** Why there are no numbers; null where there are. */
function insteadOf(metric: CompareMetric): string | null {
  if (metric.conflict) return metric.conflict.message
  if (metric.paired?.n !== 0) return null
  return `No pair has a value on both sides${whyMissing(metric)}.`
}

function columnsOf(props: SummaryTableProps): Column<CompareMetric>[] {
  const { intervals, selected, tests, onSelect } = props
  const number = (name: string, tip: string, cell: Column<CompareMetric>['cell']) =>
    ({ name, kind: 'number', head: <Term tip={tip}>{name}</Term>, cell }) as const
  const sideOf = ({ paired, unpaired }: CompareMetric) => paired ?? unpaired
  return [
    {
      name: 'Metric',
      kind: 'name',
      className: classes.metric,
      cell: ({ column, label, unit, directionMeans, doubt }) => (
        <Tooltip label={[label, directionMeans, doubt].filter(Boolean).join('. ')}>
          <UnstyledButton aria-pressed={column === selected} onClick={() => onSelect(column)}>
            {label}
            {unit ? <span className="ev-dim"> ({unit})</span> : null}
            {doubt ? <span className={classes.conflict}> (two scales?)</span> : null}
          </UnstyledButton>
        </Tooltip>
      ),
    },
    { name: 'Mean A', kind: 'number', cell: (metric) => formatMetric(sideOf(metric)?.meanA) },
    { name: 'Mean B', kind: 'number', cell: (metric) => formatMetric(sideOf(metric)?.meanB) },
    {
      ...number(
        'A − B',
        'Mean over pairs of A minus B, paired by seed; difference of the means where unpaired.',
        (metric) => formatDifference(differenceOf(metric)),
      ),
      hint: (metric) => String(differenceOf(metric) ?? ''),
    },
    {
      name: '95 % interval',
      head: (
        <Term tip="Percentile bootstrap of the mean difference, 10,000 resamples. Seeds are resampled within each seed set, all pairs of a seed together; every metric sees the same resamples.">
          95 % interval
        </Term>
      ),
      cell: (metric) => <Interval metric={metric} interval={intervals?.[metric.column]} />,
    },
    number(
      'Effect',
      "Matched-pairs rank-biserial correlation, −1 to 1: share of rank sum where A is higher minus share where B is higher. Cliff's delta for levels and unpaired sets.",
      (metric) => {
        const effect = effectOf(metric)
        return effect === null ? DASH : formatDifference(effect)
      },
    ),
    number(
      'p (Holm)',
      `Wilcoxon signed-rank test; ordered trend for levels, McNemar for yes and no; Mann-Whitney where unpaired. Holm-corrected over all ${tests} p values of this view.`,
      (metric) => <PValue metric={metric} />,
    ),
    number('n', 'Pairs with a value on both sides.', ({ paired, unpaired }) =>
      paired
        ? formatCount(paired.n)
        : `${formatCount(unpaired?.nA ?? 0)} · ${formatCount(unpaired?.nB ?? 0)}`,
    ),
    number(
      'Missing A · B',
      'Rows of A and of B without a value; hover a count for the reasons.',
      (metric) => <MissingRows metric={metric} />,
    ),
  ]
}

/** One line a metric: means, mean difference with its interval, effect, corrected p, n and what is missing. */
export function SummaryTable(props: SummaryTableProps) {
  return (
    <Table
      label="Differences by metric"
      className={`ev-panel ${classes.summary}`}
      maxHeight={420}
      columns={columnsOf(props)}
      rows={props.metrics}
      keyOf="column"
      isSelected={({ column }) => column === props.selected}
      instead={(metric) => {
        const reason = insteadOf(metric)
        return reason === null ? null : (
          <span className={classes.conflict}>
            {reason}
            {metric.conflict ? (
              <>
                {' '}
                Missing A · B: <MissingRows metric={metric} />
              </>
            ) : null}
          </span>
        )
      }}
    />
  )
}
