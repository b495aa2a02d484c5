'use client'

import { Button } from '@mantine/core'
import { useRouter } from 'next/navigation'
import { useCallback, useEffect, useMemo, useState } from 'react'
import {
  useLineageParams,
  useSeedAt,
  useSeedPlace,
  useSeedWindows,
  type LineageState,
} from '@/components/hooks/use-lineage'
import { useViewState } from '@/components/hooks/use-view-state'
import { KEYS } from '@/components/shell/keys'
import { StudyPage } from '@/components/shell/study-page'
import { useShortcut } from '@/components/ui/shortcuts'
import { EmptyState, ErrorState } from '@/components/ui/states'
import { BesideDetail } from '@/components/views/rows/detail/beside-detail'
import rowClasses from '@/components/views/rows/rows.module.css'
import { hasHistogram, shownMetrics } from '@/components/views/rows/table/row-columns'
import { useRowSelection, type SelectedRow } from '@/components/views/rows/table/use-row-selection'
import type { LineageSeed, LineageStep } from '@/lib/contracts/lineage'
import type { StudyDetail } from '@/lib/contracts/study'
import { CaseStudies } from './case-studies'
import { LineageGaps } from './lineage-gaps'
import { LineageToolbar } from './lineage-toolbar'
import { neighbourOf, placesOf, stepAt } from './places'
import { SeedGrid } from './seed-grid'

const findStep = (seed: LineageSeed, row: Pick<SelectedRow, 'cellId' | 'idx'>) =>
  seed.steps.find(({ cellId, idx }) => cellId === row.cellId && idx === row.idx) ?? null

function Lineage({ detail }: { detail: StudyDetail }) {
  const studyId = detail.study.id
  const router = useRouter()
  const controls = useViewState()
  const [{ order, pins, metric: metricId, open }, setParams] = useLineageParams()
  const [selected, select] = useRowSelection()
  const [range, setRange] = useState({ first: 0, last: 0 })

  const { filter, columns: chosen } = controls.state
  const columns = useMemo(() => shownMetrics(detail, chosen), [detail, chosen])
  const drawn = columns.filter(hasHistogram)
  const metric = detail.columns.find(({ id }) => id === metricId) ?? drawn[0] ?? null
  const metricKey = metric?.id ?? ''
  const state = useMemo<LineageState>(() => {
    const ids = columns.map(({ id }) => id)
    return {
      filter,
      sort: order,
      columns: metricKey === '' || ids.includes(metricKey) ? ids : [...ids, metricKey],
    }
  }, [filter, order, columns, metricKey])
  const places = useMemo(() => placesOf(detail), [detail])
  const windows = useSeedWindows(studyId, state, range.first, range.last)
  const { listed, newest } = windows
  const onRange = useCallback((first: number, last: number) => setRange({ first, last }), [])

  const seedFor = useSeedAt(studyId, state)
  // A link from a row knows the row, not its place in this list.
  const unplaced = selected?.at === null ? { cellId: selected.cellId, idx: selected.idx } : null
  const placeFound = useSeedPlace(studyId, state, unplaced)
  useEffect(() => {
    if (placeFound !== null && selected?.at === null) select({ ...selected, at: placeFound })
  }, [placeFound, selected, select])
  const go = (step: LineageStep | null | undefined, at: number) => {
    if (step) select({ cellId: step.cellId, idx: step.idx, at })
  }
  const moveSeed = async (direction: 1 | -1) => {
    if (!listed || listed.total === 0) return
    const from = selected?.at ?? null
    const at = from === null ? 0 : Math.max(0, Math.min(listed.total - 1, from + direction))
    const before = from === null || !selected ? null : await seedFor(from)
    const step = before && selected ? findStep(before, selected) : null
    const seed = await seedFor(at)
    if (seed) go((step && stepAt(seed, step)) ?? seed.steps[0], at)
  }
  const moveStep = async (direction: Parameters<typeof neighbourOf>[2]) => {
    const at = selected?.at ?? 0
    const seed = await seedFor(at)
    if (!seed) return
    const arms = detail.arms.map(({ key }) => key)
    go(neighbourOf(seed, selected ? findStep(seed, selected) : null, direction, arms), at)
  }
  useShortcut(KEYS.nextSeed, () => void moveSeed(1))
  useShortcut(KEYS.previousSeed, () => void moveSeed(-1))
  useShortcut(KEYS.nextEvolver, () => void moveStep('right'))
  useShortcut(KEYS.previousEvolver, () => void moveStep('left'))
  useShortcut(KEYS.nextSeedArrow, () => void moveSeed(1))
  useShortcut(KEYS.previousSeedArrow, () => void moveSeed(-1))
  useShortcut(KEYS.nextStepArrow, () => void moveStep('next'))
  useShortcut(KEYS.previousStepArrow, () => void moveStep('previous'))
  // An open step has these keys itself: they lead along its own links.
  const isOpen = open && selected !== null
  useShortcut(KEYS.laterRound, () => void moveStep('later'), { enabled: !isOpen })
  useShortcut(KEYS.earlierRound, () => void moveStep('earlier'), { enabled: !isOpen })
  const pin = async () => {
    const seed = await seedFor(selected?.at ?? 0)
    if (!seed || seed.slot === null) return
    const { seedSetKey, slot } = seed
    const others = pins.filter((one) => one.seedSetKey !== seedSetKey || one.slot !== slot)
    void setParams({ pins: others.length < pins.length ? others : [...pins, { seedSetKey, slot }] })
  }
  useShortcut(KEYS.pinSeed, () => void pin())
  useShortcut(KEYS.openStep, () => {
    if (selected) void setParams({ open: true })
    else void moveSeed(1)
  })

  const openRow = async (row: SelectedRow) => {
    const at = selected?.at ?? null
    const seed = at === null ? null : await seedFor(at)
    const step = seed ? findStep(seed, row) : null
    if (step && at !== null) go(step, at)
    // A row of another seed, or a further one of this, has no place of its own in the grid.
    else
      router.push(`/studies/${studyId}/rows?row=${encodeURIComponent(`${row.cellId}.${row.idx}`)}`)
  }
  const listKey = JSON.stringify([filter, order])

  return (
    <div className={rowClasses.root}>
      <LineageToolbar
        {...{ detail, controls, listed, places, metric }}
        sort={order}
        onSort={(next) => void setParams({ order: next })}
        onMetric={(id) => void setParams({ metric: id })}
      >
        <CaseStudies detail={detail} pins={pins} onClear={() => void setParams({ pins: null })} />
      </LineageToolbar>
      <LineageGaps gaps={newest?.gaps ?? []} detail={detail} />
      {windows.error && !listed ? (
        <div className={rowClasses.failed}>
          <ErrorState
            error={windows.error}
            what="The lineage could not be read"
            onRetry={windows.refetch}
          />
        </div>
      ) : null}
      {listed?.total === 0 ? (
        <EmptyState
          title="No seed has a row that matches this filter"
          action={<Button onClick={controls.clearFilter}>Clear the filter</Button>}
        >
          Remove a part of the filter above, or clear it.
        </EmptyState>
      ) : (
        <BesideDetail
          study={detail}
          label="Step"
          open={isOpen ? selected : null}
          hasMarkKeys
          onStep={(direction) => void moveSeed(direction)}
          onSelect={(row) => void openRow(row)}
          onClose={() => void setParams({ open: false })}
        >
          <SeedGrid
            {...{ detail, places, columns, metric, selected, pins, onRange }}
            count={listed?.total ?? 1}
            listKey={listed ? listKey : null}
            isBusy={windows.isFetching}
            seedAt={windows.seedAt}
            onSelect={(step, at) => {
              const isSame = selected?.cellId === step.cellId && selected.idx === step.idx
              if (isSame) void setParams({ open: true })
              else go(step, at)
            }}
          />
        </BesideDetail>
      )}
    </div>
  )
}

const EMPTY = {
  title: 'No lineage yet',
  text: 'Seeds and what evolvers made of them, round by round, are shown here once files are imported.',
}

/** Seeds of a study as rows, what each evolver made of them in each round as columns. */
export function LineageView({ studyId }: { studyId: string }) {
  return (
    <StudyPage studyId={studyId} title="Lineage" lines={6} height={150} empty={EMPTY} hasOwnHeading>
      {(detail) => <Lineage detail={detail} />}
    </StudyPage>
  )
}
