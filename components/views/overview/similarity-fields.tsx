'use client'

import { Input, Select, Slider, Text } from '@mantine/core'
import { useState } from 'react'
import type { LikenessQuery, useSimilarity } from '@/components/hooks/use-imports'
import { formatCount, formatShare, plural } from '@/lib/contracts/format'
import { Disclosure } from '@/components/ui/link-button'
import { QueryState } from '@/components/ui/states'
import { Table } from '@/components/ui/table'
import type { SimilarityPreview } from '@/lib/contracts/operators'

const DOUBT_TEXT = {
  below: 'no: not alike enough',
  ambiguous: 'no: a second row is as near',
  taken: 'no: its parent has a nearer row',
}

/** Height of about six pairs. */
const LIST_HEIGHT = 300

type Pair = SimilarityPreview['doubtful'][number]

function DoubtfulPairs({ pairs }: { pairs: readonly Pair[] }) {
  return (
    <Table
      label="Pairs nearest to the threshold"
      maxHeight={LIST_HEIGHT}
      rows={pairs}
      keyOf="childIdx"
      columns={[
        { name: 'Row', kind: 'wrap', cell: ({ child }) => child },
        { name: 'Parent', kind: 'wrap', cell: ({ parent }) => parent },
        {
          name: 'Likeness',
          cell: ({ score, second }) => `${score.toFixed(2)} (second ${second.toFixed(2)})`,
        },
        {
          name: 'Linked',
          cell: ({ doubt }) => (doubt === null ? 'yes' : DOUBT_TEXT[doubt]),
        },
      ]}
    />
  )
}

interface SimilarityFieldsProps {
  query: ReturnType<typeof useSimilarity>
  value: LikenessQuery
  onChange(value: Partial<Pick<LikenessQuery, 'threshold' | 'pairing'>>): void
}

/** Threshold and pairing of alignment by likeness, with what they would link and the doubtful pairs. */
export function SimilarityFields({ query, value, onChange }: SimilarityFieldsProps) {
  const [moved, setMoved] = useState(value.threshold)
  const measure =
    value.run === undefined
      ? 'Jaccard index of the 5-grams of both instructions. Only rows of equal input are compared; the second row must be at least 0.05 less alike.'
      : 'Cosine of the embeddings; the second row must be at least 0.05 less alike.'
  return (
    <>
      <Input.Wrapper label={`Least likeness: ${moved.toFixed(2)}`} description={measure}>
        <Slider
          aria-label="Least likeness"
          min={0}
          max={1}
          step={0.05}
          value={moved}
          label={(threshold) => threshold.toFixed(2)}
          onChange={setMoved}
          onChangeEnd={(threshold) => onChange({ threshold: Number(threshold.toFixed(2)) })}
        />
      </Input.Wrapper>
      <Select
        label="Rows of one parent"
        data={[
          { value: 'one', label: 'One: each must be the nearest of the other' },
          { value: 'many', label: 'Any number: each row takes its nearest' },
        ]}
        allowDeselect={false}
        value={value.pairing}
        onChange={(pairing) => onChange({ pairing: pairing === 'many' ? 'many' : 'one' })}
      />
      <QueryState query={query} what="The rows could not be compared" lines={2}>
        {({ missing, looked, total, linked, doubtful }) => {
          if (missing !== null) return null
          const rows = linked[Math.round(moved * (linked.length - 1))] ?? 0
          const of = looked < total ? `${formatCount(looked)} sampled rows` : plural(total, 'row')
          return (
            <>
              <Text>
                Links {formatCount(rows)} of {of} ({formatShare(looked === 0 ? 0 : rows / looked)}).
              </Text>
              {doubtful.length === 0 ? null : (
                <Disclosure show="Show doubtful pairs" hide="Hide doubtful pairs">
                  <DoubtfulPairs pairs={doubtful} />
                </Disclosure>
              )}
            </>
          )
        }}
      </QueryState>
    </>
  )
}
