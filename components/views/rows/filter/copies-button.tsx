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

const LEAST = 0.8

function Copies({ studyId, controls }: { studyId: string; controls: ViewStateControls }) {
  const [of, setOf] = useState<'exact' | 'near'>('exact')
  const [likeness, setLikeness] = useState(0.95)
  const [place, setPlace] = useState<'file' | 'filter'>('file')
  const isAcross = of === 'exact' && place === 'filter'
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
        options={{ exact: 'Same text', near: 'Near in meaning' }}
        value={of}
        onChange={setOf}
      />
      {of === 'exact' ? (
        <Segments
          label="Where copies are looked for"
          options={{ file: 'Inside of each file', filter: 'Across files' }}
          value={place}
          onChange={setPlace}
        />
      ) : null}
      {of === 'near' ? (
        <Slider
          mb="md"
          min={LEAST}
          max={1}
          step={0.01}
          value={likeness}
          onChange={setLikeness}
          label={(value) => `cosine ≥ ${value.toFixed(2)}`}
          thumbLabel="Least cosine of near copies"
          marks={[
            { value: LEAST, label: '0.80' },
            { value: 0.9, label: '0.90' },
            { value: 1, label: '1.00' },
          ]}
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
        {of === 'exact'
          ? `Instruction and input are the same, ${isAcross ? 'in any files of the study; the counts are of the whole study' : 'inside of one file'}.`
          : 'Rows of one file are joined with their nearest row, and groups that share a row are one.'}{' '}
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
