'use client'

import { Group, NumberInput, SegmentedControl, Textarea } from '@mantine/core'
import { useState } from 'react'
import type { RubricScale } from '@/lib/contracts/prompts'

interface ScaleFieldsProps {
  scale: RubricScale
  onChange(scale: RubricScale): void
}

/** The answers that a rubric takes: integers, or labels from low to high. */
export function ScaleFields({ scale, onChange }: ScaleFieldsProps) {
  // What is typed stays as typed: a line that is still empty is no label yet.
  const [typed, setTyped] = useState(scale.kind === 'labels' ? scale.labels.join('\n') : '')
  const setLabels = (text: string) => {
    setTyped(text)
    const labels = text
      .split('\n')
      .map((line) => line.trim())
      .filter(Boolean)
    onChange({ kind: 'labels', labels })
  }
  return (
    <div>
      <Group gap="md" align="flex-end" mb={4}>
        <div>
          <div style={{ fontWeight: 500, marginBottom: 4 }}>Scale of the answers</div>
          <SegmentedControl
            aria-label="Kind of scale"
            data={[
              { value: 'integers', label: 'Integers' },
              { value: 'labels', label: 'Labels' },
            ]}
            value={scale.kind}
            onChange={(kind) => {
              if (kind === 'labels') setLabels(typed || 'low\nmiddle\nhigh')
              else onChange({ kind: 'integers', min: 1, max: 5 })
            }}
          />
        </div>
        {scale.kind === 'integers' ? (
          <>
            <NumberInput
              label="From"
              w={90}
              allowDecimal={false}
              value={scale.min}
              onChange={(min) => onChange({ ...scale, min: Number(min) })}
            />
            <NumberInput
              label="To"
              w={90}
              allowDecimal={false}
              value={scale.max}
              onChange={(max) => onChange({ ...scale, max: Number(max) })}
            />
          </>
        ) : null}
      </Group>
      {scale.kind === 'labels' ? (
        <Textarea
          label="Labels, from low to high"
          description="One a line. Your text must ask for these very words."
          autosize
          minRows={3}
          maxRows={10}
          maw={360}
          value={typed}
          onChange={(event) => setLabels(event.currentTarget.value)}
        />
      ) : null}
    </div>
  )
}

/** A scale in words. */
export function scaleText(scale: RubricScale): string {
  return scale.kind === 'integers'
    ? `integers from ${scale.min} to ${scale.max}`
    : scale.labels.join(' < ')
}
