'use client'

import { Group, Input, NumberInput, Textarea } from '@mantine/core'
import { Segments } from '@/components/fields/segments'
import { useState } from 'react'
import type { RubricScale } from '@/lib/contracts/prompts'

interface ScaleFieldsProps {
  scale: RubricScale
  onChange(scale: RubricScale): void
}

/** The ratings that a rubric allows: integers, or labels from low to high. */
export function ScaleFields({ scale, onChange }: ScaleFieldsProps) {
  // The text stays as typed: a line that is still empty is not a label yet.
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
          <Input.Label mb={4}>Rating scale</Input.Label>
          <Segments
            label="Kind of scale"
            options={{ integers: 'Integers', labels: 'Labels' }}
            value={scale.kind}
            onChange={(kind) => {
              if (kind === 'labels') setLabels(typed || 'low\nmiddle\nhigh')
              else onChange({ kind: 'integers', min: 1, max: 5 })
            }}
          />
        </div>
        {scale.kind === 'integers' ? (
          <>
            {(['min', 'max'] as const).map((end) => (
              <NumberInput
                key={end}
                label={end === 'min' ? 'From' : 'To'}
                w={90}
                allowDecimal={false}
                value={scale[end]}
                onChange={(value) => onChange({ ...scale, [end]: Number(value) })}
              />
            ))}
          </>
        ) : null}
      </Group>
      {scale.kind === 'labels' ? (
        <Textarea
          label="Labels, from low to high"
          description="One per line. Your prompt must ask for exactly these words."
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
