'use client'

import { Text } from '@mantine/core'
import { Segments } from '@/components/fields/segments'
import { DASH, formatCount, formatMetric } from '@/lib/contracts/format'
import { Term } from '@/components/ui/info-tip'
import { LinkButton } from '@/components/ui/link-button'
import { Section } from '@/components/ui/page'
import { Table, type Column } from '@/components/ui/table'
import type {
  CompareInterval,
  CompareMetric,
  CompareState,
  CompareSummary,
  SidePair,
} from '@/lib/contracts/compare'
import {
  comparedPairs,
  differenceOf,
  effectOf,
  mainTest,
  omnibusSentence,
  type ComparedPair,
} from '@/lib/contracts/compare-report'
import { forestFigure, pairsOfSides, type PairOfSides } from '@/lib/contracts/compare-figure'
import { ForestPanel } from './forest-panel'
import { formatDifference, formatInterval, pText, reasonText } from './format'

// A corrected p value below this is marked.
const LEVEL = 0.05

interface SidesSectionProps {
  summary: CompareSummary
  /** Names of all sides, A and B first. */
  sides: readonly string[]
  /** An entry a pair, in the order of the summary. */
  intervals: readonly (Record<string, CompareInterval> | undefined)[]
  /** Column whose pairs are listed. */
  column: string
  against: CompareState['against']
  onAgainst(against: CompareState['against']): void
  /** Shows two of the sides as A and B below. */
  onShow(pair: SidePair): void
}

function metricOf({ metrics }: ComparedPair, column: string): CompareMetric | undefined {
  return metrics.find((metric) => metric.column === column)
}

/** Mean of a side, with its difference from the reference; both under `Side` where the sides are paired. */
function MeanOfSide({ metric, isReference }: { metric: CompareMetric; isReference: boolean }) {
  const values = metric.paired ?? metric.unpaired
  if (metric.conflict || !values) return <Term tip={metric.conflict?.message ?? ''}>{DASH}</Term>
  if (isReference) return <>{formatMetric(values.meanB)}</>
  const test = mainTest(metric)?.test
  const mark = test?.ok && test.pHolm < LEVEL ? ' *' : ''
  return (
    <>
      {formatMetric(values.meanA)}
      <div className="ev-dim">
        {formatDifference(differenceOf(metric))}
        {metric.unpaired ? ' unpaired' : ''}
        {mark}
      </div>
    </>
  )
}

/** Sides as rows, metrics as columns. */
function MeansTable({ summary, sides }: Pick<SidesSectionProps, 'summary' | 'sides'>) {
  const pairs = comparedPairs(summary)
  const withReference = sides.map((_, side) =>
    side === 1 ? pairs[0] : pairs.find(({ a, b }) => a === side && b === 1),
  )
  const columns: Column<number>[] = [
    {
      name: 'Side',
      kind: 'name',
      cell: (side) => `${sides[side]}${side === 1 ? ' (reference)' : ''}`,
    },
    ...summary.metrics.map(({ column, label }): Column<number> => ({
      name: label,
      kind: 'number',
      cell: (side) => {
        const pair = withReference[side]
        const metric = pair && metricOf(pair, column)
        return metric ? <MeanOfSide metric={metric} isReference={side === 1} /> : DASH
      },
    })),
  ]
  return (
    <Table
      label="Means of all sides"
      columns={columns}
      rows={sides.map((_, side) => side)}
      keyOf={(side) => side}
      caption={`Mean over the pairs with ${sides[1]}, difference from it below; the reference over its pairs with ${sides[0]}. * corrected p below ${LEVEL}.`}
    />
  )
}

function pairColumns({ sides, onShow }: SidesSectionProps): Column<PairOfSides>[] {
  return [
    {
      name: 'Sides',
      kind: 'name',
      cell: ({ pair }) => (
        <LinkButton onClick={() => onShow(pair)}>
          {sides[pair.a]} − {sides[pair.b]}
        </LinkButton>
      ),
    },
    {
      name: 'Difference',
      kind: 'number',
      cell: ({ metric }) =>
        `${formatDifference(differenceOf(metric))}${metric.unpaired ? ' unpaired' : ''}`,
    },
    {
      name: '95 % interval',
      kind: 'line',
      cell: ({ metric, interval }) => {
        if (interval?.ok) return formatInterval(interval.low, interval.high)
        return metric.paired && !interval ? 'computing …' : DASH
      },
    },
    {
      name: 'Effect',
      kind: 'number',
      cell: ({ metric }) => formatDifference(effectOf(metric)),
    },
    {
      name: 'p (Holm)',
      kind: 'number',
      cell: ({ metric }) => {
        const test = mainTest(metric)?.test
        if (!test) return DASH
        return test.ok ? pText(test.pHolm).slice(2).replace(/^= /, '') : reasonText(test.reason)
      },
    },
    {
      name: 'n',
      kind: 'number',
      cell: ({ metric: { paired, unpaired } }) =>
        paired
          ? formatCount(paired.n)
          : `${formatCount(unpaired?.nA ?? 0)} · ${formatCount(unpaired?.nB ?? 0)}`,
    },
  ]
}

/** Three to six sides: their means, the differences of one metric in order, and one test over all of them. */
export function SidesSection(props: SidesSectionProps) {
  const { summary, sides, intervals, column, against, onAgainst } = props
  const lines = pairsOfSides(summary, intervals, column)
  const forest = forestFigure(summary, lines, sides)
  const metric = lines[0]?.metric
  const omnibus = summary.omnibus.find((one) => one.column === column)
  return (
    <Section
      title="All sides"
      note="pairs and n differ where files are aligned in part; Holm's correction covers all of them"
      actions={
        <Segments
          label="Which sides are compared"
          options={{ reference: 'Against the reference', all: 'All pairs' }}
          value={against}
          onChange={onAgainst}
        />
      }
    >
      <MeansTable summary={summary} sides={sides} />
      {omnibus ? <Text>{omnibusSentence(omnibus, sides.length, summary.tests)}</Text> : null}
      {forest ? (
        <ForestPanel
          figure={forest}
          done={intervals.filter((found) => found !== undefined).length}
          total={intervals.length}
        />
      ) : null}
      {metric ? (
        <Table
          label={`Differences in ${metric.label} of all sides`}
          columns={pairColumns(props)}
          rows={lines}
          keyOf={({ pair }) => `${pair.a}.${pair.b}`}
          isSelected={({ pair }) => pair.a === 0 && pair.b === 1}
          instead={(line) => line.metric.conflict?.message ?? null}
        />
      ) : null}
    </Section>
  )
}
