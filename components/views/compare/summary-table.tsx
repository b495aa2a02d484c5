'use client'

import { Tooltip, UnstyledButton } from '@mantine/core'
import type { CompareInterval, CompareMetric, CompareSideValues } from '@/lib/contracts/compare'
import { effectOf, mainTest } from '@/lib/contracts/compare-report'
import { DASH, formatCount, formatMetric } from '@/components/ui/format'
import { Term } from '@/components/ui/info-tip'
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

function MissingCell({ metric }: { metric: CompareMetric }) {
  return (
    <td className="ev-num">
      <Missing side={metric.a} /> · <Missing side={metric.b} />
    </td>
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
  if (metric.unpaired) return <span className="ev-dim">unpaired</span>
  if (interval === undefined) return <span className="ev-dim">computing …</span>
  if (!interval.ok || estimate === null || estimate === undefined) {
    return <span className="ev-dim">{DASH}</span>
  }
  const text = formatInterval(interval.low, interval.high)
  const full = `95 % interval ${text}, ${formatCount(interval.resamples)} resamples of ${formatCount(interval.seeds)} seeds${
    interval.strata > 1 ? ` within each of ${interval.strata} seed sets` : ''
  }, all pairs of a seed together, ${
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

function MetricRow({
  metric,
  interval,
}: {
  metric: CompareMetric
  interval: CompareInterval | undefined
}) {
  if (metric.conflict) {
    return (
      <>
        <td colSpan={7} className={classes.conflict}>
          {metric.conflict.message}
        </td>
        <MissingCell metric={metric} />
      </>
    )
  }
  if (metric.paired?.n === 0) {
    return (
      <>
        <td colSpan={7} className={classes.conflict}>
          No pair has a value on both sides{whyMissing(metric)}.
        </td>
        <MissingCell metric={metric} />
      </>
    )
  }
  const side = metric.paired ?? metric.unpaired
  const effect = effectOf(metric)
  const n = metric.paired
    ? formatCount(metric.paired.n)
    : `${formatCount(metric.unpaired?.nA ?? 0)} · ${formatCount(metric.unpaired?.nB ?? 0)}`
  return (
    <>
      <td className="ev-num">{formatMetric(side?.meanA)}</td>
      <td className="ev-num">{formatMetric(side?.meanB)}</td>
      <td className="ev-num" title={String(metric.paired?.meanDifference ?? '')}>
        {formatDifference(metric.paired?.meanDifference)}
      </td>
      <td>
        <Interval metric={metric} interval={interval} />
      </td>
      <td className="ev-num">{effect === null ? DASH : formatDifference(effect)}</td>
      <td className="ev-num">
        <PValue metric={metric} />
      </td>
      <td className="ev-num">{n}</td>
      <MissingCell metric={metric} />
    </>
  )
}

/** One line a metric: means, mean difference with its interval, effect, corrected p, n and what is missing. */
export function SummaryTable({ metrics, intervals, selected, tests, onSelect }: SummaryTableProps) {
  return (
    <div className={`ev-panel ev-scroll-x ${classes.summary}`}>
      <table className="ev-table">
        <thead>
          <tr>
            <th>Metric</th>
            <th className="ev-num">Mean A</th>
            <th className="ev-num">Mean B</th>
            <th className="ev-num">
              <Term tip="Mean over pairs of A minus B, paired by seed.">A − B</Term>
            </th>
            <th>
              <Term tip="Percentile bootstrap of the mean difference, 10,000 resamples. Seeds are resampled within each seed set, all pairs of a seed together; every metric sees the same resamples.">
                95 % interval
              </Term>
            </th>
            <th className="ev-num">
              <Term tip="Matched-pairs rank-biserial correlation, −1 to 1: share of rank sum where A is higher minus share where B is higher. Cliff's delta for levels and unpaired sets.">
                Effect
              </Term>
            </th>
            <th className="ev-num">
              <Term
                tip={`Wilcoxon signed-rank test; ordered trend for levels, McNemar for yes and no; Mann-Whitney where unpaired. Holm-corrected over all ${tests} p values of this view.`}
              >
                p (Holm)
              </Term>
            </th>
            <th className="ev-num">
              <Term tip="Pairs with a value on both sides.">n</Term>
            </th>
            <th className="ev-num">
              <Term tip="Rows of A and of B without a value; hover a count for the reasons.">
                Missing A · B
              </Term>
            </th>
          </tr>
        </thead>
        <tbody>
          {metrics.map((metric) => (
            <tr key={metric.column} data-selected={metric.column === selected || undefined}>
              <th scope="row" className={classes.metric} aria-label={metric.label}>
                <Tooltip
                  label={
                    metric.directionMeans
                      ? `${metric.label}. ${metric.directionMeans}`
                      : metric.label
                  }
                >
                  <UnstyledButton
                    aria-pressed={metric.column === selected}
                    onClick={() => onSelect(metric.column)}
                  >
                    {metric.label}
                    {metric.unit ? <span className="ev-dim"> ({metric.unit})</span> : null}
                  </UnstyledButton>
                </Tooltip>
              </th>
              <MetricRow metric={metric} interval={intervals?.[metric.column]} />
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
