'use client'

import { Anchor } from '@mantine/core'
import { useState } from 'react'
import { formatMetric } from '@/components/ui/format'
import { ScrollRegion } from '@/components/ui/scroll-region'
import type { StripCell, StripView } from './heat-strip-cells'
import { lossCell, nameOf, signed } from './heat-strip-cells'

// Enough to read; the numbers of a whole file are exported, not read here.
const MOST_ROWS = 1_000

interface HeatStripTableProps {
  label: string
  cells: readonly StripCell[]
  view: StripView
}

function Body({ cells, isPair }: { cells: readonly StripCell[]; isPair: boolean }) {
  return (
    <tbody>
      {cells.slice(0, MOST_ROWS).map((cell, i) => {
        const { given, alone, value } = cell
        const loss = isPair ? given : value
        return (
          <tr key={i}>
            <td className="ev-num">{i + 1}</td>
            <td className="ev-mono" dir="auto">
              {nameOf(cell)}
            </td>
            <td className="ev-num">{lossCell(loss)}</td>
            <td className="ev-num">{formatMetric(loss === null ? null : Math.exp(-loss))}</td>
            {isPair ? <td className="ev-num">{lossCell(alone)}</td> : null}
            {isPair ? (
              <td className="ev-num">
                {signed(given === null || alone === null ? null : given - alone)}
              </td>
            ) : null}
          </tr>
        )
      })}
    </tbody>
  )
}

/** The strip as a table, for reading exact numbers and for readers who see no colour. */
export function HeatStripTable({ label, cells, view }: HeatStripTableProps) {
  const [isOpen, setIsOpen] = useState(false)
  const isPair =
    view !== 'instruction' && cells.some((cell) => cell.given !== null && cell.alone !== null)
  return (
    <div style={{ width: '100%' }}>
      <Anchor
        component="button"
        type="button"
        size="sm"
        aria-expanded={isOpen}
        onClick={() => setIsOpen(!isOpen)}
      >
        {isOpen ? 'Hide the table' : 'Show as a table'}
      </Anchor>
      {isOpen ? (
        <ScrollRegion label={`${label}, as a table`} style={{ maxHeight: 320 }}>
          <table className="ev-table">
            <thead>
              <tr>
                <th scope="col">#</th>
                <th scope="col">Token</th>
                <th scope="col">{isPair ? 'Given the instruction' : 'Loss'}, nats</th>
                <th scope="col">Probability</th>
                {isPair ? <th scope="col">Alone, nats</th> : null}
                {isPair ? <th scope="col">Difference</th> : null}
              </tr>
            </thead>
            <Body cells={cells} isPair={isPair} />
          </table>
          {cells.length > MOST_ROWS ? (
            <p className="ev-dim">The first {MOST_ROWS} tokens are listed.</p>
          ) : null}
        </ScrollRegion>
      ) : null}
    </div>
  )
}
