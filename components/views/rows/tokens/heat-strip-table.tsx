'use client'

import { Text } from '@mantine/core'
import { formatMetric } from '@/lib/contracts/format'
import { Disclosure } from '@/components/ui/link-button'
import { Table, type Column } from '@/components/ui/table'
import type { StripCell, StripView } from './heat-strip-cells'
import { lossCell, nameOf, signed } from './heat-strip-cells'

// Enough to read on screen; longer lists would slow the page.
const MOST_ROWS = 1_000

interface HeatStripTableProps {
  label: string
  cells: readonly StripCell[]
  view: StripView
}

function columnsOf(isPair: boolean): Column<StripCell>[] {
  const lossOf = ({ given, value }: StripCell) => (isPair ? given : value)
  const pair: Column<StripCell>[] = [
    { name: 'Unconditional loss, nats', kind: 'number', cell: ({ alone }) => lossCell(alone) },
    {
      name: 'Difference',
      kind: 'number',
      cell: ({ given, alone }) => signed(given === null || alone === null ? null : given - alone),
    },
  ]
  return [
    { name: '#', kind: 'number', cell: (_, index) => index + 1 },
    { name: 'Token', kind: 'code', cell: nameOf },
    {
      name: isPair ? 'Conditional loss, nats' : 'Loss, nats',
      kind: 'number',
      cell: (cell) => lossCell(lossOf(cell)),
    },
    {
      name: 'Probability',
      kind: 'number',
      cell: (cell) => {
        const loss = lossOf(cell)
        return formatMetric(loss === null ? null : Math.exp(-loss))
      },
    },
    ...(isPair ? pair : []),
  ]
}

/** The strip as a table, for reading exact numbers and for readers who see no colour. */
export function HeatStripTable({ label, cells, view }: HeatStripTableProps) {
  const isPair =
    view !== 'instruction' && cells.some((cell) => cell.given !== null && cell.alone !== null)
  return (
    <Disclosure show="Show as a table" hide="Hide the table">
      <Table
        label={`${label}, as a table`}
        columns={columnsOf(isPair)}
        rows={cells.slice(0, MOST_ROWS)}
        keyOf={(_, index) => index}
        maxHeight={320}
      >
        {cells.length > MOST_ROWS ? (
          <Text size="sm" c="dimmed" px={12} py={6}>
            The first {MOST_ROWS} tokens are listed.
          </Text>
        ) : null}
      </Table>
    </Disclosure>
  )
}
