'use client'

import { IconPinFilled } from '@tabler/icons-react'
import { useEffect, useRef } from 'react'
import { ArmMark } from '@/components/figures/arm-mark'
import { useShownEntry, useVirtualList } from '@/components/hooks/use-virtual-list'
import { placeOf } from '@/components/views/rows/table/row-cell'
import rowClasses from '@/components/views/rows/rows.module.css'
import type { SelectedRow } from '@/components/views/rows/table/use-row-selection'
import { SEEDS_LABEL } from '@/lib/contracts/seeds'
import type { LineageSeed, LineageStep } from '@/lib/contracts/lineage'
import type { ColumnInfo, StudyDetail } from '@/lib/contracts/study'
import classes from './lineage.module.css'
import { parentIn, stepAt, type StepPlace } from './places'
import { StepCell } from './step-cell'
import { Trajectory } from './trajectory'

const LAYOUT = { rowHeight: 200, headHeight: 44, overscan: 3 }
const SEED_WIDTH = 260
const STEP_WIDTH = 320

interface SeedGridProps {
  detail: StudyDetail
  places: readonly StepPlace[]
  columns: readonly ColumnInfo[]
  /** Column whose values are drawn from round to round. */
  metric: ColumnInfo | null
  count: number
  /** Changes with filter and order: another list starts at its top. */
  listKey: string | null
  selected: SelectedRow | null
  pins: readonly { seedSetKey: string; slot: number }[]
  isBusy: boolean
  seedAt(index: number): LineageSeed | null
  onRange(first: number, last: number): void
  /** A second press on the chosen step opens it. */
  onSelect(step: LineageStep, at: number): void
}

function Missing({
  seed,
  place,
  detail,
}: Pick<SeedGridProps, 'detail'> & { seed: LineageSeed; place: StepPlace }) {
  if (seed.slot === null) return null
  const hasFile = detail.cells.some(
    ({ seedSetKey, armKey, round }) =>
      seedSetKey === seed.seedSetKey && armKey === place.armKey && round === place.round,
  )
  return (
    <span className={classes.none}>
      {hasFile ? 'No row descends from this seed.' : 'No file of this round.'}
    </span>
  )
}

function SeedName({
  seed,
  detail,
  pins,
}: Pick<SeedGridProps, 'detail' | 'pins'> & { seed: LineageSeed }) {
  const isPinned = pins.some(
    ({ seedSetKey, slot }) => seedSetKey === seed.seedSetKey && slot === seed.slot,
  )
  const { seedSet } = placeOf(detail, { seedSetKey: seed.seedSetKey, armKey: null, round: 0 })
  return (
    <div>
      <strong>{seed.slot === null ? 'No seed known' : `Seed ${seed.slot}`}</strong>{' '}
      <span className="ev-dim">{seedSet}</span>
      {isPinned ? <IconPinFilled size={12} role="img" aria-label="pinned" /> : null}
    </div>
  )
}

/** Seeds as rows, evolvers and rounds as columns; drawn as they scroll into view. */
export function SeedGrid(props: SeedGridProps) {
  const { detail, places, columns, metric, count, listKey, selected, seedAt, onRange } = props
  const scroll = useRef<HTMLDivElement>(null)
  const { virtualizer, items, first, last, height } = useVirtualList(scroll, {
    count,
    ...LAYOUT,
  })
  useEffect(() => onRange(first, last), [first, last, onRange])

  const at = selected?.at ?? null
  useShownEntry(virtualizer, listKey, at)

  // The chosen step comes into view sideways too, right of the seed that stays in place.
  const chosen = selected ? `${selected.cellId}.${selected.idx}` : null
  const shown = useRef<string>(null)
  useEffect(() => {
    if (chosen === null) shown.current = null
  }, [chosen])
  // When it is drawn: the rows of a link are read first. Once, so that it stays where a reader moves it.
  const showSideways = (cell: HTMLButtonElement | null) => {
    const box = scroll.current
    if (!box || !cell || shown.current === chosen) return
    shown.current = chosen
    const left = cell.offsetLeft - SEED_WIDTH
    if (left < box.scrollLeft) box.scrollLeft = left
    const right = cell.offsetLeft + cell.offsetWidth - box.clientWidth
    if (right > box.scrollLeft) box.scrollLeft = right
  }

  const width = SEED_WIDTH + STEP_WIDTH * places.length
  const cellOf = (seed: LineageSeed, step: LineageStep, index: number, isSeed: boolean) => {
    const isChosen = chosen === `${step.cellId}.${step.idx}`
    const { arm } = placeOf(detail, step)
    return (
      <button
        type="button"
        key={`${step.armKey}.${step.round}`}
        ref={isChosen ? showSideways : null}
        tabIndex={-1}
        aria-label={`${arm}, round ${step.round}, row ${step.idx}`}
        aria-pressed={isChosen}
        className={classes.stepButton}
        onClick={() => props.onSelect(step, index)}
        {...(isChosen ? { 'data-selected': true } : {})}
      >
        <StepCell step={step} parent={isSeed ? null : parentIn(seed, step)} columns={columns} />
      </button>
    )
  }

  return (
    <div
      ref={scroll}
      className={rowClasses.scroll}
      role="region"
      aria-label="Lineage of the seeds"
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a box that scrolls must be reachable
      tabIndex={0}
    >
      <div
        className={rowClasses.table}
        role="table"
        aria-label="Lineage"
        aria-rowcount={count + 1}
        aria-busy={props.isBusy}
        style={{ width, height }}
      >
        <div role="rowgroup">
          <div role="row" className={rowClasses.head} style={{ width, height: LAYOUT.headHeight }}>
            <div
              role="columnheader"
              className={`${classes.cell} ${classes.seed}`}
              style={{ width: SEED_WIDTH }}
            >
              {SEEDS_LABEL}
            </div>
            {places.map((one) => {
              const { arm, colorIndex } = placeOf(detail, { seedSetKey: '', ...one })
              return (
                <div
                  key={`${one.armKey}.${one.round}`}
                  role="columnheader"
                  className={classes.cell}
                  style={{ width: STEP_WIDTH }}
                >
                  <ArmMark colorIndex={colorIndex} /> <span dir="auto">{arm}</span>, round{' '}
                  {one.round}
                </div>
              )
            })}
          </div>
        </div>
        <div role="rowgroup">
          {items.map((item) => {
            const seed = seedAt(item.index)
            const origin = seed ? stepAt(seed, { armKey: null, round: 0 }) : null
            return (
              <div
                key={item.index}
                role="row"
                aria-rowindex={item.index + 2}
                className={classes.row}
                style={{
                  width,
                  height: LAYOUT.rowHeight,
                  transform: `translateY(${item.start}px)`,
                }}
                {...(at === item.index ? { 'data-selected': true } : {})}
              >
                <div
                  role="rowheader"
                  className={`${classes.cell} ${classes.seed}`}
                  style={{ width: SEED_WIDTH }}
                >
                  {seed ? (
                    <>
                      <SeedName seed={seed} detail={detail} pins={props.pins} />
                      {metric ? <Trajectory seed={seed} column={metric} detail={detail} /> : null}
                      {origin ? cellOf(seed, origin, item.index, true) : null}
                      {seed.slot !== null && !origin ? (
                        <span className={classes.none}>The seed itself is not in the study.</span>
                      ) : null}
                    </>
                  ) : (
                    <div className={rowClasses.skeleton} />
                  )}
                </div>
                {places.map((one) => {
                  const step = seed ? stepAt(seed, one) : null
                  return (
                    <div
                      key={`${one.armKey}.${one.round}`}
                      role="cell"
                      className={classes.cell}
                      style={{ width: STEP_WIDTH }}
                    >
                      {seed && step ? cellOf(seed, step, item.index, false) : null}
                      {seed && !step ? <Missing seed={seed} place={one} detail={detail} /> : null}
                      {seed ? null : <div className={rowClasses.skeleton} />}
                    </div>
                  )
                })}
              </div>
            )
          })}
        </div>
      </div>
    </div>
  )
}
