'use client'

import { Button, Group, Text } from '@mantine/core'
import Link from 'next/link'
import { useCallback, useMemo, useState } from 'react'
import {
  defaultSides,
  SEEDS,
  toCompareState,
  useCompareIntervals,
  useCompareParams,
  useCompareSummary,
  roundsOf,
  type SideChoice,
} from '@/components/hooks/use-compare'
import { isFiltered, useViewState } from '@/components/hooks/use-view-state'
import { Section } from '@/components/ui/page'
import { KEYS } from '@/components/shell/keys'
import { useShortcut } from '@/components/ui/shortcuts'
import { EmptyState, Notice, QueryState } from '@/components/ui/states'
import { StudyPage } from '@/components/shell/study-page'
import { LinkButton } from '@/components/ui/link-button'
import { ColumnCard } from '@/components/views/rows/detail/column-card'
import type {
  CompareInterval,
  CompareMetric,
  CompareState,
  SidePair,
} from '@/lib/contracts/compare'
import { sidePairs } from '@/lib/contracts/compare'
import { shownMetric } from '@/lib/contracts/compare-figure'
import { restrictedName } from '@/lib/contracts/compare-names'
import { compareSentence } from '@/lib/contracts/compare-report'
import type { StudyDetail } from '@/lib/contracts/study'
import { AlignmentNote } from './alignment-note'
import { ControlPicker } from './control-picker'
import { ControlTable } from './control-table'
import { DifferenceChart } from './difference-chart'
import { MetricPicker } from './metric-picker'
import { MetricTests, TransitionMatrix } from './metric-detail'
import type { PairContext } from './pair-card'
import { PairList } from './pair-list'
import { SidePicker, sideColorIndex, sideLabel } from './side-picker'
import { SidesSection } from './sides-section'
import { SummaryTable } from './summary-table'
import { TableMenu } from './table-menu'
import classes from './compare.module.css'

const DESCRIPTION =
  'Two to six evolvers on the same seeds. Rows are paired by seed; every difference is A minus B.'

const NOTHING_YET = {
  title: 'Nothing to compare yet',
  text: 'A comparison needs evolved rows of two evolvers, or of two rounds of one. Import files, or evolve the seeds on the Overview page.',
  when: (study: StudyDetail) => defaultSides(study) === null,
}

interface LoadedProps {
  study: StudyDetail
  a: SideChoice
  b: SideChoice
}

/** `[` and `]` move all sides one round, where all have it. */
function useRoundKeys(
  study: StudyDetail,
  sides: readonly SideChoice[],
  onSides: (sides: SideChoice[]) => void,
) {
  const shift = (step: number) => {
    const moved = sides.map((side) =>
      side.arm === SEEDS ? side : { ...side, round: side.round + step },
    )
    if (moved.every((side) => roundsOf(study, side.arm).includes(side.round))) onSides(moved)
  }
  useShortcut(KEYS.roundBack, () => shift(-1))
  useShortcut(KEYS.roundOn, () => shift(1))
}

function CompareLoaded({ study, a, b }: LoadedProps) {
  const studyId = study.study.id
  const [params, setParams] = useCompareParams()
  const state: CompareState = useMemo(() => toCompareState(params, a, b), [params, a, b])
  const summary = useCompareSummary(studyId, state)
  const byPair = useCompareIntervals(studyId, state, sidePairs(state))
  const intervals = byPair[0]?.data?.intervals
  const sides = [a, b, ...state.more]
  const names = sides.map((side) =>
    restrictedName(sideLabel(study, side), side.arm === SEEDS ? [] : params.operators),
  )
  const setSides = useCallback(
    ([left, right, ...more]: SideChoice[]) =>
      void setParams({ a: left ?? null, b: right ?? null, more, pair: null }),
    [setParams],
  )
  useRoundKeys(study, sides, setSides)

  const selected = summary.data && shownMetric(summary.data, params.metric)
  const context: PairContext = {
    studyId,
    state: { ...state, more: [], column: selected?.column ?? params.metric },
    levels: selected?.levels ?? null,
    diff: params.diff,
    text: params.text,
    labelA: names[0] ?? '',
    labelB: names[1] ?? '',
    colorA: sideColorIndex(study, a),
    colorB: sideColorIndex(study, b),
    setLabel: (key) => study.seedSets.find((set) => set.key === key)?.label ?? key,
    rowHref: (cellId, idx) =>
      `/studies/${studyId}/rows?row=${encodeURIComponent(`${cellId}.${idx}`)}`,
  }
  return (
    <>
      <SidePicker
        study={study}
        sides={sides}
        sets={params.sets}
        onSides={setSides}
        onSets={(sets) => void setParams({ sets, pair: null })}
        unit={params.unit}
        onUnit={(unit) => void setParams({ unit })}
        operators={params.operators}
        onOperators={(operators) => void setParams({ operators, pair: null })}
      />
      <QueryState query={summary} what="The comparison could not be made" lines={10} height={40}>
        {(data) => (
          <>
            <AlignmentNote
              summary={data}
              onSet={(set) => void setParams({ sets: [set], pair: null })}
            />
            {data.further.length > 0 && selected ? (
              <SidesSection
                summary={data}
                sides={names}
                intervals={byPair.map((query) => query.data?.intervals)}
                column={selected.column}
                against={params.against}
                onAgainst={(against) => void setParams({ against })}
                onShow={(pair) => setSides(shownFirst(sides, pair))}
              />
            ) : null}
            <Section
              title={data.further.length > 0 ? 'A and B by metric' : 'Differences by metric'}
              note={correctionNote(data.tests)}
              actions={
                <Group gap="sm">
                  <ControlPicker
                    study={study}
                    length={params.length}
                    flag={params.flag}
                    onChange={(changed) => void setParams(changed)}
                  />
                  <MetricPicker
                    study={study}
                    chosen={data.metrics.map((metric) => metric.column)}
                    onChange={(metrics) => void setParams({ metrics })}
                  />
                  <TableMenu studyId={studyId} state={state} citation={data.citation} />
                </Group>
              }
            >
              {data.metrics.length === 0 ? (
                <EmptyState
                  title="No metric has been computed yet"
                  action={
                    <Button component={Link} href={`/studies/${studyId}`}>
                      Compute metrics
                    </Button>
                  }
                >
                  The pairs can be read below. Numbers appear here once metrics are computed for
                  both sides.
                </EmptyState>
              ) : (
                <SummaryTable
                  metrics={data.metrics}
                  intervals={intervals}
                  selected={selected?.column ?? null}
                  tests={data.tests}
                  onSelect={(metric) =>
                    void setParams({ metric, only: null, levelA: null, levelB: null })
                  }
                />
              )}
            </Section>
            {selected && !selected.conflict ? (
              <Detail
                study={study}
                metric={selected}
                interval={intervals?.[selected.column]}
                tests={data.tests}
                context={context}
              />
            ) : null}
            <Section
              title="Aligned pairs"
              note="j and k move through the pairs; Open shows a row with all its values"
            >
              {data.aligned === 0 ? (
                <EmptyState title="No pairs">
                  A and B share no seeds here. Align one of the files with its parent on the
                  Overview page, or choose other sides.
                </EmptyState>
              ) : (
                <PairList
                  context={context}
                  total={data.aligned}
                  selected={params.pair}
                  onSelect={(pair) => void setParams({ pair }, { history: 'replace' })}
                  onOrder={(order, desc) => void setParams({ order, desc, pair: null })}
                  onFilter={({ atLeast: least, ...levels }) =>
                    void setParams({
                      ...(least === undefined ? {} : { least }),
                      ...levels,
                      pair: null,
                    })
                  }
                  onDiff={(diff) => void setParams({ diff })}
                  onText={(text) => void setParams({ text })}
                />
              )}
            </Section>
          </>
        )}
      </QueryState>
    </>
  )
}

function correctionNote(tests: number): string {
  if (tests === 0) return 'no test could be made'
  return tests === 1
    ? 'one test in this view: its p value needs no correction'
    : `p values are Holm-corrected over all ${tests} tests of this view`
}

/** The sides with two of them as A and B; the others follow. */
function shownFirst(sides: readonly SideChoice[], { a, b }: SidePair): SideChoice[] {
  const [first, second] = [sides[a], sides[b]] as [SideChoice, SideChoice]
  return [first, second, ...sides.filter((_, i) => i !== a && i !== b)]
}

interface DetailProps {
  study: StudyDetail
  metric: CompareMetric
  interval: CompareInterval | undefined
  tests: number
  context: PairContext
}

/** How the differences of the chosen metric are spread, and all its tests. */
function Detail({ study, metric, interval, tests, context }: DetailProps) {
  const [isCardOpen, setIsCardOpen] = useState(false)
  const column = study.columns.find((one) => one.id === metric.column.split('@')[0]) ?? null
  const labels = { a: context.labelA, b: context.labelB }
  const sentence = compareSentence(metric, interval, labels, tests)
  return (
    <>
      {/* Without its interval the sentence would change under the reader. */}
      {sentence && (interval || metric.unpaired) ? <Text>{sentence}</Text> : null}
      {metric.controls.length > 1 ? <ControlTable controls={metric.controls} /> : null}
      <div className={classes.detail}>
        <div className="ev-panel">
          {metric.levelTests ? (
            <TransitionMatrix levels={metric.levelTests} />
          ) : metric.paired?.histogram ? (
            <DifferenceChart metric={metric} colorA={context.colorA} colorB={context.colorB} />
          ) : (
            <Text c="dimmed">No pair has a value on both sides.</Text>
          )}
        </div>
        <div className="ev-panel ev-scroll-x">
          <MetricTests metric={metric} />
          {column ? (
            <>
              <LinkButton m={8} onClick={() => setIsCardOpen(true)}>
                Run details
              </LinkButton>
              <ColumnCard
                detail={study}
                column={isCardOpen ? column : null}
                onClose={() => setIsCardOpen(false)}
              />
            </>
          ) : null}
        </div>
      </div>
    </>
  )
}

/** Two to six evolvers side by side on the same seeds. */
export function CompareView({ studyId }: { studyId: string }) {
  const [params] = useCompareParams()
  const { state: view } = useViewState()
  return (
    <StudyPage
      studyId={studyId}
      title="Compare"
      description={DESCRIPTION}
      lines={12}
      height={40}
      empty={NOTHING_YET}
    >
      {(study) => {
        const sides = defaultSides(study)
        const a = params.a ?? sides?.a
        const b = params.b ?? sides?.b
        return (
          <>
            {isFiltered(view.filter) ? (
              <Notice tone="info">
                The filter above applies to rows, figures and export. A comparison uses every pair,
                so that both sides keep the same seeds.
              </Notice>
            ) : null}
            {a && b ? <CompareLoaded study={study} a={a} b={b} /> : null}
          </>
        )
      }}
    </StudyPage>
  )
}
