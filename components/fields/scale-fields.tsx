'use client'

import { Group, Input, NumberInput, Textarea } from '@mantine/core'
import { Segments } from '@/components/fields/segments'
import { useState } from 'react'
import { isRating, type PromptScale } from '@/lib/contracts/prompts'

interface ScaleFieldsProps {
  scale: PromptScale
  onChange(scale: PromptScale): void
}

const RATINGS = { integers: 'Integers', labels: 'Labels' } as const
const ANSWERS = { category: 'Category', number: 'Number', tags: 'Tags', text: 'Text' } as const

/** What a scale of each kind begins as; lists are those that were typed. */
function firstOf(kind: PromptScale['kind'], words: readonly string[]): PromptScale {
  switch (kind) {
    case 'integers':
      return { kind, min: 1, max: 5 }
    case 'labels':
      return { kind, labels: [...words] }
    case 'category':
      return { kind, choices: [...words] }
    case 'number':
      return { kind, min: null, max: null }
    case 'tags':
      return { kind, most: 20 }
    case 'text':
      return { kind }
  }
}

const LISTS = {
  labels: { label: 'Labels, from low to high', first: 'low\nmiddle\nhigh' },
  category: { label: 'Choices', first: 'yes\nno\nnot sure' },
} as const

function wordsIn(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
}

/** What a question of the user's own is answered with: ratings on a scale, or answers that make a column. */
export function ScaleFields({ scale, onChange }: ScaleFieldsProps) {
  const list =
    scale.kind === 'labels' ? scale.labels : scale.kind === 'category' ? scale.choices : []
  // The text stays as typed: a line that is still empty is not a label yet.
  const [typed, setTyped] = useState(list.join('\n'))
  const change = (kind: PromptScale['kind']) => {
    const shown = typed || (kind === 'labels' || kind === 'category' ? LISTS[kind].first : '')
    setTyped(shown)
    onChange(firstOf(kind, wordsIn(shown)))
  }
  return (
    <div>
      <Group gap="md" align="flex-end" mb={4}>
        <div>
          <Input.Label mb={4}>{isRating(scale) ? 'Rating scale' : 'Kind of answer'}</Input.Label>
          {isRating(scale) ? (
            <Segments
              label="Kind of scale"
              options={RATINGS}
              value={scale.kind}
              onChange={change}
            />
          ) : (
            <Segments
              label="Kind of answer"
              options={ANSWERS}
              value={scale.kind}
              onChange={change}
            />
          )}
        </div>
        {scale.kind === 'integers' || scale.kind === 'number'
          ? (['min', 'max'] as const).map((end) => (
              <NumberInput
                key={end}
                label={end === 'min' ? 'From' : 'To'}
                placeholder={scale.kind === 'number' ? 'any' : ''}
                w={90}
                allowDecimal={scale.kind === 'number'}
                value={scale[end] ?? ''}
                onChange={(value) => {
                  if (scale.kind === 'integers') onChange({ ...scale, [end]: Number(value) })
                  else onChange({ ...scale, [end]: value === '' ? null : Number(value) })
                }}
              />
            ))
          : null}
        {scale.kind === 'tags' ? (
          <NumberInput
            label="Tags of a row, at most"
            w={170}
            min={1}
            max={200}
            allowDecimal={false}
            value={scale.most}
            onChange={(value) => onChange({ ...scale, most: Number(value) })}
          />
        ) : null}
      </Group>
      {scale.kind === 'labels' || scale.kind === 'category' ? (
        <Textarea
          label={LISTS[scale.kind].label}
          description="One per line. Your prompt must ask for exactly these words."
          autosize
          minRows={3}
          maxRows={10}
          maw={360}
          value={typed}
          onChange={(event) => {
            const text = event.currentTarget.value
            setTyped(text)
            onChange(firstOf(scale.kind, wordsIn(text)))
          }}
        />
      ) : null}
    </div>
  )
}
