import { Checkbox, UnstyledButton } from '@mantine/core'
import { IconCheck, IconNote, IconStarFilled, IconTag, IconX } from '@tabler/icons-react'
import { ArmMark } from '@/components/figures/arm-mark'
import { DASH, formatCount } from '@/lib/contracts/format'
import { HighlightedText } from '@/components/ui/highlighted-text'
import type { RowListItem } from '@/lib/contracts/rows'
import type { StudyDetail } from '@/lib/contracts/study'
import type { RowColumn } from './row-columns'
import classes from '../rows.module.css'
import { Tags, ValueCell } from './value-cell'
import { SEEDS_LABEL } from '@/lib/contracts/seeds'

const DECIDED = [
  ['star', 'starred'],
  ['keep', 'kept'],
  ['drop', 'excluded'],
] as const

/** Seed set and evolver of a row by name, for labels. */
export function placeOf(
  detail: StudyDetail,
  row: Pick<RowListItem, 'seedSetKey' | 'armKey' | 'round'>,
): { seedSet: string; arm: string; colorIndex: number | null } {
  const arm = detail.arms.find((one) => one.key === row.armKey)
  return {
    seedSet: detail.seedSets.find((one) => one.key === row.seedSetKey)?.label ?? row.seedSetKey,
    arm: row.armKey === null ? SEEDS_LABEL : (arm?.label ?? row.armKey),
    colorIndex: row.armKey === null ? null : (arm?.colorIndex ?? 0),
  }
}

type PlaceProps = Pick<RowCellProps, 'row' | 'detail' | 'isPicked' | 'onOpen' | 'onPick'>

function Place({ row, detail, isPicked, onOpen, onPick }: PlaceProps) {
  const { seedSet, arm, colorIndex } = placeOf(detail, row)
  return (
    <div className={classes.placeCell}>
      <Checkbox
        size="xs"
        aria-label={`Select row ${row.idx}: ${arm}, round ${row.round}`}
        checked={isPicked}
        readOnly
        onClick={(event) => {
          event.stopPropagation()
          onPick(event.shiftKey)
        }}
      />
      <UnstyledButton
        className={classes.place}
        onClick={(event) => {
          // With a key held the row selects.
          if (event.shiftKey || event.ctrlKey || event.metaKey) return
          event.stopPropagation()
          onOpen()
        }}
        aria-label={`Open row ${row.idx}: ${seedSet}, ${arm}, round ${row.round}`}
      >
        <span className={classes.placeLine}>
          <ArmMark colorIndex={colorIndex} /> <span dir="auto">{arm}</span>
        </span>
        <span className={`${classes.placeLine} ev-dim`}>
          R{row.round} · {formatCount(row.idx)} · {seedSet}
          {row.similarity === undefined ? '' : ` · cosine ${row.similarity.toFixed(3)}`}
          {row.marks.includes('star') ? <IconStarFilled size={11} aria-label="starred" /> : null}
          {row.marks.includes('keep') ? <IconCheck size={11} aria-label="kept" /> : null}
          {row.marks.includes('drop') ? <IconX size={11} aria-label="excluded" /> : null}
          {row.marks.includes('note') ? <IconNote size={11} aria-label="has a note" /> : null}
          {row.marks.includes('tag') ? <IconTag size={11} aria-label="has tags" /> : null}
        </span>
      </UnstyledButton>
    </div>
  )
}

function TextCell({
  text,
  missing,
  places,
}: {
  text: string | null
  missing: string
  places?: readonly (readonly [number, number])[] | undefined
}) {
  if (text === null || text === '') {
    return (
      <span className={classes.missing} title={missing} role="img" aria-label={missing}>
        {DASH}
      </span>
    )
  }
  return (
    <div className={classes.twoLines} dir="auto">
      <HighlightedText text={text} places={places} />
    </div>
  )
}

interface RowCellProps {
  column: RowColumn
  row: RowListItem
  detail: StudyDetail
  /** Edges of the column's histogram, for the bar in the cell. */
  edges: readonly number[] | null
  isPicked: boolean
  onOpen(): void
  onPick(isStretch: boolean): void
}

/** Own tags as chips, and the note under the pointer. */
function Decisions({ row }: { row: RowListItem }) {
  if (row.tags.length === 0 && row.note === null && row.marks.length === 0) {
    return <TextCell text={null} missing="No decision on this row" />
  }
  const words = DECIDED.flatMap(([kind, word]) => (row.marks.includes(kind) ? [word] : []))
  const text = [...words, ...(row.note === null ? [] : [row.note])].join(', ')
  return (
    <div className={classes.twoLines} dir="auto" title={[...row.tags, text].join(', ')}>
      <Tags tags={row.tags} />
      {text}
    </div>
  )
}

export function RowCell(props: RowCellProps) {
  const { column, row, edges } = props
  if (column.metric) {
    return <ValueCell column={column.metric} value={row.values[column.id]} edges={edges} />
  }
  switch (column.id) {
    case 'row':
      return <Place {...props} />
    case 'instruction':
      return (
        <TextCell
          text={row.instruction}
          missing="The instruction is empty"
          places={row.matches?.instruction}
        />
      )
    case 'input':
      return <TextCell text={row.input} missing="No input" places={row.matches?.input} />
    case 'response':
      return <TextCell text={row.response} missing="No response" places={row.matches?.response} />
    case 'operator':
      return <TextCell text={row.operator} missing="The operator is unknown" />
    case 'slot':
      return <TextCell text={row.slot === null ? null : String(row.slot)} missing="Not aligned" />
    case 'decisions':
      return <Decisions row={row} />
    case 'flags':
      return <TextCell text={row.flags.join(', ')} missing="No flags" />
    default:
      return null
  }
}
