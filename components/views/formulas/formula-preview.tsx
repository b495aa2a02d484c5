import { Stack, Text } from '@mantine/core'
import { formatCount, formatMetric } from '@/lib/contracts/format'
import { Table, type Column } from '@/components/ui/table'
import type { FormulaPreview } from '@/lib/contracts/formula'
import { statusSentence } from '@/lib/contracts/status'
import type { MetricValue } from '@/lib/contracts/rows'
import classes from './formulas.module.css'

type Valid = FormulaPreview & { isValid: true }

// How a flag reads, in the order of its numbers.
const FLAG_WORDS = ['no', 'yes']
const WIDTH = 100
const HEIGHT = 40

function shown({ value, status }: MetricValue, words: readonly string[] | null): string {
  if (value === null) return status
  if (typeof value === 'number') return words?.[value - 1] ?? formatMetric(value)
  return Array.isArray(value) ? value.join(', ') : String(value)
}

function Bars({ preview, words }: { preview: Valid; words: readonly string[] | null }) {
  const { counts, edges, valued } = preview
  const top = Math.max(1, ...counts)
  const ends = words ?? [formatMetric(edges[0]), formatMetric(edges.at(-1))]
  const label = `${formatCount(valued)} values: ${words ? words.map((word, k) => `${word} ${formatCount(counts[k] ?? 0)}`).join(', ') : `from ${ends[0]} to ${ends[1]}`}`
  const step = WIDTH / counts.length
  return (
    <div>
      <svg
        className={classes.bars}
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={label}
      >
        {counts.map((count, k) => {
          // A bin with one row must be seen beside one with a thousand.
          const height = count === 0 ? 0 : Math.max(1, (count / top) * HEIGHT)
          return (
            <rect
              key={k}
              x={k * step}
              y={HEIGHT - height}
              width={Math.max(0.4, step * 0.9)}
              height={height}
              fill="var(--ev-bar-strong)"
            />
          )
        })}
      </svg>
      <Text size="sm" className={`ev-dim ${classes.ends}`} component="div">
        {ends.map((end, k) => (
          <span key={end}>
            {end}
            {words ? ` ${formatCount(counts[k] ?? 0)}` : ''}
          </span>
        ))}
      </Text>
    </div>
  )
}

// Two lines of the dialog.
const MOST_CHARACTERS = 80
const clipped = (text: string) =>
  text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text

interface PreviewPanelProps {
  preview: Valid
  /** Whether a newer one is being computed. */
  isStale: boolean
  labelOf(columnId: string): string
}

/** What a formula would give: how its values lie, which rows have none and why, and ten rows. */
export function PreviewPanel({ preview, isStale, labelOf }: PreviewPanelProps) {
  const { rows, valued, missing, reads, sample, levels, type } = preview
  const words = type === 'flag' ? FLAG_WORDS : levels
  const columns: Column<Valid['sample'][number]>[] = [
    { name: 'Value', kind: 'number', cell: ({ value }) => shown(value, words) },
    ...reads.map((id): Column<Valid['sample'][number]> => ({
      name: id,
      head: labelOf(id),
      kind: 'number',
      hint: () => id,
      cell: ({ inputs }) => {
        const input = inputs[id]
        return input ? shown(input, null) : ''
      },
    })),
    { name: 'Instruction', cell: ({ instruction }) => clipped(instruction) },
  ]
  return (
    <Stack gap="xs" className={isStale ? classes.stale : undefined} aria-busy={isStale}>
      <Text size="sm">
        {formatCount(valued)} of {formatCount(rows)} rows have a value.
        {preview.hasGroups ? ' It depends on other rows of the group.' : ''}
      </Text>
      {valued > 0 ? <Bars preview={preview} words={words} /> : null}
      {Object.entries(missing).map(([reason, count]) => (
        <Text key={reason} size="sm" className="ev-dim">
          {formatCount(count)} without a value: {statusSentence(reason)}
        </Text>
      ))}
      <Table
        label="Ten rows"
        columns={columns}
        rows={sample}
        keyOf={(row) => `${row.cellId}/${row.idx}`}
        maxHeight={260}
      />
    </Stack>
  )
}
