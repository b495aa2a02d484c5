'use client'

import { Button, Group, Text } from '@mantine/core'
import { useState } from 'react'
import { ExportDialog } from '@/components/figures/frame/export-dialog'
import { FigureBody } from '@/components/figures/frame/figure-body'
import { FIGURE_VARIABLES } from '@/components/figures/palette'
import type { FigureResult } from '@/lib/contracts/figure'

interface ForestPanelProps {
  figure: FigureResult
  /** Pairs of sides whose intervals are there, of all. */
  done: number
  total: number
}

/** The differences of all sides as a figure, exported as figures are; the export waits for the intervals. */
export function ForestPanel({ figure, done, total }: ForestPanelProps) {
  const [isExporting, setExporting] = useState(false)
  return (
    <div className="ev-panel" style={{ padding: '8px 16px' }}>
      <Group justify="flex-end" gap="md">
        <Text size="sm" c="dark.5" role="status">
          {done < total ? `Intervals of ${done} of ${total} pairs of sides` : ''}
        </Text>
        <Button
          variant="default"
          size="xs"
          disabled={done < total}
          onClick={() => setExporting(true)}
        >
          Export
        </Button>
      </Group>
      <div role="img" aria-label={figure.altText} style={FIGURE_VARIABLES}>
        <FigureBody result={figure} />
      </div>
      {isExporting ? <ExportDialog result={figure} onClose={() => setExporting(false)} /> : null}
    </div>
  )
}
