import { Badge } from '@mantine/core'
import { DASH, formatCount, formatValue } from '@/lib/contracts/format'
import { isCoded, wordsOf, type CodedValue } from '@/lib/contracts/column-kinds'
import type { MetricValue } from '@/lib/contracts/rows'
import { statusSentence } from '@/lib/contracts/status'
import type { ColumnInfo } from '@/lib/contracts/study'
import classes from '../rows.module.css'

type Value = NonNullable<MetricValue['value']>

/** Text of a value. */
export function valueText(column: ColumnInfo, value: Value): string {
  if (isCoded(column.shape)) return wordsOf(value as CodedValue).join(', ')
  if (Array.isArray(value)) return value.map((one) => formatValue(one as number | null)).join(' ')
  if (typeof value !== 'number') return String(value)
  if (column.levels) return column.levels[value - 1] ?? String(value)
  if (column.shape === 'rowRef') return `row ${formatCount(value)}`
  return formatValue(value)
}

function Bars({ values }: { values: readonly (number | null)[] }) {
  const step = 100 / Math.max(1, values.length)
  return (
    <svg width="100%" height="34" viewBox="0 0 100 34" preserveAspectRatio="none" aria-hidden>
      {values.map((value, index) => (
        <rect
          key={index}
          x={index * step}
          y={34 - 34 * (value ?? 0)}
          width={step * 0.8}
          height={34 * (value ?? 0)}
          fill="var(--ev-bar-strong)"
        />
      ))}
    </svg>
  )
}

/** Tags as chips. */
export function Tags({ tags }: { tags: readonly (string | number | null)[] }) {
  return tags.map((tag, k) => (
    <Badge key={k} variant="default" tt="none" fw={400} mr={4}>
      {tag}
    </Badge>
  ))
}

/** Category, flag or text, or tags as chips. */
function WordCell({ column, value }: { column: ColumnInfo; value: Value }) {
  const text = valueText(column, value)
  return (
    <div className={classes.twoLines} dir="auto" title={text}>
      {Array.isArray(value) ? <Tags tags={value} /> : text}
    </div>
  )
}

interface ValueCellProps {
  column: ColumnInfo
  value: MetricValue | undefined
  /** Where the column has no range of its own, its histogram says how long a bar is. */
  edges: readonly number[] | null
}

function barShare(
  column: ColumnInfo,
  value: number,
  edges: readonly number[] | null,
): number | null {
  const top = column.levels ? column.levels.length : (column.range?.[1] ?? edges?.at(-1))
  const bottom = column.levels ? 0 : (column.range?.[0] ?? 0)
  if (top === undefined || !Number.isFinite(top) || top <= bottom) return null
  return Math.max(0, Math.min(1, (value - bottom) / (top - bottom)))
}

/** One value with its bar, or a dash with the reason. */
export function ValueCell({ column, value, edges }: ValueCellProps) {
  if (!value) return <div className={classes.skeleton} />
  if (value.value === null) {
    const reason = statusSentence(value.status)
    return (
      <div className={classes.number}>
        <span
          className={classes.missing}
          title={reason}
          role="img"
          aria-label={`Missing: ${reason}`}
        >
          {DASH}
        </span>
      </div>
    )
  }
  if (isCoded(column.shape)) return <WordCell column={column} value={value.value} />
  if (Array.isArray(value.value)) {
    const text = valueText(column, value.value)
    return (
      <div title={text} role="img" aria-label={text} className={classes.bars}>
        <Bars values={value.value as (number | null)[]} />
      </div>
    )
  }
  const share = barShare(column, value.value as number, edges)
  const remark = value.status === 'ok' ? '' : `. ${statusSentence(value.status)}`
  return (
    <>
      <div
        className={classes.number}
        title={`${value.value}${column.unit ? ` ${column.unit}` : ''}${remark}`}
      >
        {valueText(column, value.value)}
        {remark ? <sup aria-label={remark}>*</sup> : null}
      </div>
      {share === null ? null : (
        <div className={classes.bar} style={{ width: `calc((100% - 16px) * ${share})` }} />
      )}
    </>
  )
}
