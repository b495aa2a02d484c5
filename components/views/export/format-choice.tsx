'use client'

import { Radio } from '@mantine/core'
import type { ExportFormat } from '@/lib/contracts/export'
import classes from './export.module.css'

interface FormatChoiceProps {
  formats: readonly ExportFormat[]
  value: string
  onChange(format: string): void
}

/** The formats with what each holds and what it cannot. */
export function FormatChoice({ formats, value, onChange }: FormatChoiceProps) {
  return (
    <Radio.Group aria-label="Format" value={value} onChange={onChange}>
      <div className={classes.formats}>
        {formats.map(({ id, label, description }) => (
          <Radio.Card key={id} value={id} className={classes.format}>
            <Radio.Indicator />
            <span>
              <strong>{label}</strong>
              <span className={classes.formatText}>{description}</span>
            </span>
          </Radio.Card>
        ))}
      </div>
    </Radio.Group>
  )
}
