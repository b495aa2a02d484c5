'use client'

import { Input, Slider, Text } from '@mantine/core'
import { useState } from 'react'
import { useSimilarity } from '@/components/hooks/use-imports'
import { formatCount, formatShare, plural } from '@/components/ui/format'
import { Disclosure } from '@/components/ui/link-button'
import { QueryState } from '@/components/ui/states'
import { Table } from '@/components/ui/table'
import type { ParentPlace, SimilarityPreview } from '@/lib/contracts/operators'

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
  studyId: string
  cellId: string
  threshold: number
  parent: ParentPlace | null
  onThreshold(threshold: number): void
}

/** The threshold of alignment by likeness, with what it would link and the doubtful pairs. */
export function SimilarityFields(props: SimilarityFieldsProps) {
  const { studyId, cellId, threshold, parent, onThreshold } = props
  const [moved, setMoved] = useState(threshold)
  const query = useSimilarity(studyId, cellId, { threshold, parent })
  return (
    <>
      <Input.Wrapper
        label={`Least likeness: ${moved.toFixed(2)}`}
        description="Jaccard index of the 5-grams of both instructions. Only rows of equal input are compared; each must be the other's nearest, and the second row at least 0.05 less alike."
      >
        <Slider
          aria-label="Least likeness"
          min={0}
          max={1}
          step={0.05}
          value={moved}
          label={(value) => value.toFixed(2)}
          onChange={setMoved}
          onChangeEnd={(value) => onThreshold(Number(value.toFixed(2)))}
        />
      </Input.Wrapper>
      <QueryState query={query} what="The texts could not be compared" lines={2}>
        {({ looked, total, linked, doubtful }) => {
          const rows = linked[Math.round(moved * (linked.length - 1))] ?? 0
          const of = looked < total ? `${formatCount(looked)} sampled rows` : plural(total, 'row')
          return (
            <>
              <Text>
                Links {formatCount(rows)} of {of} ({formatShare(looked === 0 ? 0 : rows / looked)}).
              </Text>
              <Disclosure show="Show doubtful pairs" hide="Hide doubtful pairs">
                <DoubtfulPairs pairs={doubtful} />
              </Disclosure>
            </>
          )
        }}
      </QueryState>
    </>
  )
}
