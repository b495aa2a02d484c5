import { Text } from '@mantine/core'
import { formatCount, formatDuration } from '@/lib/contracts/format'
import { Table, type Column } from '@/components/ui/table'
import { costText } from '@/lib/contracts/job-text'
import type { DryRun, MetricInfo } from '@/lib/contracts/compute'
import { tokensOf } from '@/lib/contracts/meter'

function timeText({ secondsLow, secondsHigh }: DryRun): string {
  if (secondsHigh < 1) return 'under 1 s'
  const low = formatDuration(secondsLow * 1000)
  const high = formatDuration(secondsHigh * 1000)
  return low === high ? high : `${low} to ${high}`
}

function meterText({ meter }: DryRun): string {
  const { promptTokens, completionTokens, scoredTokens, embeddedTokens, cachedRequests } = meter
  const sent = promptTokens + scoredTokens + embeddedTokens
  const cached = `${formatCount(cachedRequests)} requests from cache`
  return `${formatCount(sent)} input tokens, ${formatCount(completionTokens)} output tokens; ${cached}`
}

function noCost({ backendId }: DryRun): string {
  return backendId === null ? 'none' : 'no price known'
}

/** Time, tokens and cost of each metric, estimated from a few rows. */
export function DryRunTable({
  estimates,
  measured,
}: {
  estimates: readonly DryRun[]
  measured: readonly MetricInfo[]
}) {
  const notes = [
    ...new Set(estimates.flatMap(({ blocked, note }) => (blocked ? [] : (note ?? [])))),
  ]
  const columns: Column<DryRun>[] = [
    {
      name: 'Metric',
      cell: ({ metric }) => measured.find((one) => one.id === metric)?.label ?? metric,
    },
    { name: 'Backend', cell: ({ backendLabel }) => backendLabel ?? 'none needed' },
    {
      name: 'Rows to compute',
      kind: 'number',
      hint: ({ sampleRows, countedRows }) =>
        `Estimated from ${sampleRows} computed and ${countedRows} counted rows`,
      cell: ({ rows, rowsDone }) => formatCount(Math.max(0, rows - rowsDone)),
    },
    {
      name: 'Tokens',
      kind: 'number',
      hint: meterText,
      cell: ({ meter }) => formatCount(tokensOf(meter)),
    },
    { name: 'Time', kind: 'number', cell: timeText },
    {
      name: 'Cost',
      kind: 'number',
      cell: (estimate) => (estimate.cost === null ? noCost(estimate) : costText(estimate.cost)),
    },
  ]
  return (
    <Table
      label="Estimate"
      columns={columns}
      rows={estimates}
      keyOf="metric"
      instead={({ blocked }) => blocked}
    >
      {notes.map((note) => (
        <Text key={note} size="sm" c="dimmed" px={12} py={6}>
          {note}
        </Text>
      ))}
    </Table>
  )
}
