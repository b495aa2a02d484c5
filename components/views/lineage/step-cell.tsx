import { Badge } from '@mantine/core'
import { useMemo } from 'react'
import { columnName } from '@/components/shell/column-name'
import { DASH } from '@/lib/contracts/format'
import { DiffText } from '@/components/ui/diff-text'
import { valueText } from '@/components/views/rows/table/value-cell'
import type { LineageStep } from '@/lib/contracts/lineage'
import { statusSentence } from '@/lib/contracts/status'
import type { ColumnInfo } from '@/lib/contracts/study'
import { diffTexts } from '@/lib/contracts/text-diff'
import classes from './lineage.module.css'

function StepText({ step, parent }: { step: LineageStep; parent: LineageStep | null }) {
  // A text that was cut would seem to have lost its end.
  const isWhole = parent !== null && !parent.isCut && !step.isCut
  const before = isWhole ? parent.instruction : null
  const parts = useMemo(
    () => (before === null ? null : diffTexts(before, step.instruction)),
    [before, step.instruction],
  )
  if (step.instruction === '') return <span className="ev-dim">The instruction is empty.</span>
  return (
    <div className={classes.text} dir="auto">
      {parts ? <DiffText parts={parts} /> : step.instruction}
      {step.isCut ? '…' : null}
    </div>
  )
}

function StepValue({ step, column }: { step: LineageStep; column: ColumnInfo }) {
  const found = step.values[column.id]
  if (!found) return null
  const { value, status } = found
  if (column.shape === 'boolean') {
    return value === true ? (
      <Badge color="yellow" variant="light" tt="none">
        {column.label}
      </Badge>
    ) : null
  }
  const text = value === null ? DASH : valueText(column, value)
  const why = value === null ? `: ${statusSentence(status)}` : ''
  return (
    <span className={classes.value} title={`${column.label}${why}`}>
      <span className="ev-dim">{columnName(column)}</span> {text}
    </span>
  )
}

interface StepCellProps {
  step: LineageStep
  /** The row it was made from, where the seed's steps hold it. */
  parent: LineageStep | null
  columns: readonly ColumnInfo[]
}

/** One step: operator, values and flags, and the text with its changes against the parent. */
export function StepCell({ step, parent, columns }: StepCellProps) {
  const { operator, confidence, more } = step
  const isSeed = step.armKey === null
  const text = <StepText step={step} parent={parent} />
  // What is wrong with a row is read first.
  const sorted = [...columns].sort(
    (a, b) => Number(b.shape === 'boolean') - Number(a.shape === 'boolean'),
  )
  const lost = !isSeed && parent === null
  return (
    <>
      {isSeed ? text : null}
      <div className={classes.facts}>
        {isSeed ? null : <span className={classes.operator}>{operator ?? 'operator unknown'}</span>}
        {lost ? (
          <Badge color="yellow" variant="light" tt="none">
            {step.parent === null ? 'no parent' : 'parent not among these rows'}
          </Badge>
        ) : null}
        {confidence !== null && confidence < 1 ? (
          <span className="ev-dim">parent by likeness {confidence.toFixed(2)}</span>
        ) : null}
        {more > 0 ? (
          <Badge color="yellow" variant="light" tt="none">
            {more} more of this seed
          </Badge>
        ) : null}
        {sorted.map((column) => (
          <StepValue key={column.id} step={step} column={column} />
        ))}
      </div>
      {isSeed ? null : text}
    </>
  )
}
