'use client'

import { Button, Group, Slider, Stack, Text } from '@mantine/core'
import { Segments } from '@/components/fields/segments'
import { IconCopy } from '@tabler/icons-react'
import { useState } from 'react'
import { useRepeats } from '@/components/hooks/use-rows'
import type { ViewStateControls } from '@/components/hooks/use-view-state'
import { formatCount } from '@/lib/contracts/format'
import { ErrorState } from '@/components/ui/states'
import { PanelButton } from './panel-button'
import { withAtom } from './with-atom'

/** Kinds of copies with a likeness: its scale, and how it is read. */
const LIKENESS = {
  near: {
    least: 0.8,
    step: 0.01,
    label: (value: number) => `cosine ≥ ${value.toFixed(2)}`,
    name: 'Least cosine of near copies',
    says: 'Rows of one file are joined with their nearest row, and groups that share a row are one.',
  },
  wording: {
    least: 0.6,
    step: 0.02,
    label: (value: number) => `${Math.round(value * 100)} % of word sequences`,
    name: 'Least share of word sequences in common',
    says: 'Sequences of words in common are estimated (to 4 %) by the metric "Wording", and groups that share a row are one.',
  },
}

function Copies({ studyId, controls }: { studyId: string; controls: ViewStateControls }) {
  const [of, setOf] = useState<'exact' | 'wording' | 'near'>('exact')
  const [likenesses, setLikenesses] = useState({ exact: 1, wording: 0.8, near: 0.95 })
  const likeness = likenesses[of]
  const [place, setPlace] = useState<'file' | 'filter'>('file')
  const scale = of === 'exact' ? null : LIKENESS[of]
  const isAcross = of !== 'near' && place === 'filter'
  const { data, error, refetch } = useRepeats(studyId, of, isAcross)
  const count =
    of === 'exact' ? data?.[0] : data?.find((one) => Math.abs(one.likeness - likeness) < 0.005)
  const keep = (kept: 'representatives' | 'members') => {
    const atom = { is: 'repeats' as const, of, likeness, keep: kept }
    const where = withAtom(
      controls.state.filter.where,
      isAcross ? { ...atom, across: 'filter' as const } : atom,
    )
    controls.setFilter({ where })
  }
  return (
    <Stack gap="sm">
      <Segments
        label="What counts as a copy"
        options={{ exact: 'Same text', wording: 'Near in wording', near: 'Near in meaning' }}
        value={of}
        onChange={setOf}
      />
      {of !== 'near' ? (
        <Segments
          label="Where copies are looked for"
          options={{ file: 'Inside of each file', filter: 'Across files' }}
          value={place}
          onChange={setPlace}
        />
      ) : null}
      {scale ? (
        <Slider
          mb="md"
          min={scale.least}
          max={1}
          step={scale.step}
          value={likeness}
          onChange={(value) => setLikenesses({ ...likenesses, [of]: value })}
          label={scale.label}
          thumbLabel={scale.name}
          marks={[scale.least, 0.9, 1].map((value) => ({ value, label: value.toFixed(2) }))}
        />
      ) : null}
      {error ? (
        <ErrorState what="Copies were not counted" error={error} onRetry={() => void refetch()} />
      ) : null}
      <Text size="sm" aria-live="polite">
        {count
          ? `${formatCount(count.groups)} groups with ${formatCount(count.members)} of ${formatCount(count.rows)} rows`
          : error
            ? ''
            : 'Counting copies'}
      </Text>
      <Text size="xs" c="dimmed">
        {scale
          ? scale.says
          : `Instruction and input are the same, ${isAcross ? 'in any files of the study' : 'inside of one file'}.`}{' '}
        {isAcross ? 'The counts are of the whole study. ' : ''}
        The first row{isAcross ? ' that the filter keeps' : ''} stands for its group.
      </Text>
      <Group gap="xs">
        <Button size="xs" disabled={!count} onClick={() => keep('representatives')}>
          Keep one of each group
        </Button>
        <Button size="xs" variant="default" disabled={!count} onClick={() => keep('members')}>
          Show the groups
        </Button>
      </Group>
    </Stack>
  )
}

/** The button that finds copies of rows and filters by them. */
export function CopiesButton({
  studyId,
  controls,
}: {
  studyId: string
  controls: ViewStateControls
}) {
  const [isOpen, setIsOpen] = useState(false)
  return (
    <PanelButton name="Copies" icon={IconCopy} width={380} isOpen={isOpen} onOpen={setIsOpen}>
      <Copies studyId={studyId} controls={controls} />
    </PanelButton>
  )
}
