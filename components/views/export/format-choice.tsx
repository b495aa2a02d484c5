'use client'

import { Radio } from '@mantine/core'
import type { ExportRequest } from '@/lib/contracts/export'
import classes from './export.module.css'

type Format = ExportRequest['format']

/** What each format holds and what it cannot. */
export const FORMAT_TEXTS: Record<Format, { label: string; text: string }> = {
  json: {
    label: 'JSON',
    text: 'One array. Keys in the order of the source, null and empty kept apart, numbers to the last digit. Importing it again gives the same rows.',
  },
  jsonl: {
    label: 'JSONL',
    text: 'The same, one object a line: for streaming readers and very large sets.',
  },
  csv: {
    label: 'CSV',
    text: 'For spreadsheets. Every cell is quoted text; null becomes an empty cell and nested values JSON text.',
  },
  'llama-factory': {
    label: 'LLaMA-Factory bundle',
    text: 'A zip to train from: data file, dataset_info.json, training settings, a sidecar with lineage and metrics of every row, and the recipe.',
  },
}

export function FormatChoice({
  value,
  onChange,
}: {
  value: Format
  onChange(format: Format): void
}) {
  return (
    <Radio.Group aria-label="Format" value={value} onChange={(next) => onChange(next as Format)}>
      <div className={classes.formats}>
        {(Object.keys(FORMAT_TEXTS) as Format[]).map((format) => (
          <Radio.Card key={format} value={format} className={classes.format}>
            <Radio.Indicator />
            <span>
              <strong>{FORMAT_TEXTS[format].label}</strong>
              <span className={classes.formatText}>{FORMAT_TEXTS[format].text}</span>
            </span>
          </Radio.Card>
        ))}
      </div>
    </Radio.Group>
  )
}
