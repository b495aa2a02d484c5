'use client'

import { Button, Group, NumberInput, Stack, Switch, Text, Textarea } from '@mantine/core'
import { IconWaveSine } from '@tabler/icons-react'
import { useEffect, useRef, useState } from 'react'
import { useCompute } from '@/components/hooks/use-compute'
import { isActive, useJob } from '@/components/hooks/use-jobs'
import { useEmbedText } from '@/components/hooks/use-rows'
import type { ViewStateControls } from '@/components/hooks/use-view-state'
import { notifyDone, notifyError } from '@/components/ui/notify'
import { ErrorState } from '@/components/ui/states'
import { similarAtomSchema, typedTextSchema } from '@/lib/contracts/find'
import { LIMITS } from '@/lib/contracts/limits'
import type { StudyDetail } from '@/lib/contracts/study'
import { PanelButton } from './panel-button'
import { withAtom } from './with-atom'

/** What the rows have to be embedded for. */
const EMBEDS = 'mnd'
/** As many as the condition takes. */
const MOST = 1_000

function StartEmbedding({ studyId }: { studyId: string }) {
  const compute = useCompute(studyId)
  const start = () =>
    compute.mutate(
      { metrics: [{ metric: EMBEDS }] },
      {
        onSuccess({ jobs, blocked }) {
          const [refused] = blocked
          if (refused) notifyError('The rows are not embedded', new Error(refused.reason))
          else if (jobs.length > 0)
            notifyDone('Rows are being embedded. The job is on the page Jobs.')
        },
        onError: (error) => notifyError('The rows are not embedded', error),
      },
    )
  return (
    <Stack gap="sm">
      <Text size="sm">
        Rows are compared by their embeddings, which the metric &quot;Minimum neighbour
        distance&quot; stores. This study has no run of it.
      </Text>
      <Button size="xs" loading={compute.isPending} onClick={start}>
        Compute it for all rows
      </Button>
    </Stack>
  )
}

interface PanelProps {
  detail: StudyDetail
  controls: ViewStateControls
  onDone(): void
}

function Similar({ detail, controls, onDone }: PanelProps) {
  const { state, setFilter, setSort } = controls
  const [text, setText] = useState('')
  const [top, setTop] = useState(100)
  const [isWithin, setWithin] = useState(true)
  const embed = useEmbedText(detail.study.id)
  const [asked, setAsked] = useState<{ text: string; jobId: string } | null>(null)
  const { data } = useJob(asked?.jobId ?? null)
  const job = data?.job ?? null
  const isWaiting = embed.isPending || (asked !== null && (job === null || isActive(job)))

  const show = (typed: string) => {
    const atom = { is: 'similar' as const, to: { text: typed }, top }
    const where = withAtom(
      state.filter.where,
      isWithin ? { ...atom, within: 'filter' as const } : atom,
    )
    setFilter({ where })
    setSort({ column: 'similarity', descending: true })
    onDone()
  }
  // The list is shown as soon as the job has the vector.
  const shown = useRef(show)
  useEffect(() => {
    shown.current = show
  })
  const isReady = job?.state === 'succeeded'
  useEffect(() => {
    if (isReady && asked) shown.current(asked.text)
  }, [isReady, asked])

  const typed = text.trim()
  const find = () =>
    embed.mutate(
      { text: typed },
      {
        onSuccess: ({ job: queued }) => {
          if (queued) setAsked({ text: typed, jobId: queued.id })
          else show(typed)
        },
      },
    )
  const failure = embed.error ?? (job && !isActive(job) && job.error ? new Error(job.error) : null)
  const canFind = typedTextSchema.safeParse(typed).success
  return (
    <Stack gap="sm">
      <Textarea
        label="Text that rows are compared with"
        description="It is embedded as an instruction, by the model that embedded the rows."
        autosize
        minRows={3}
        maxRows={8}
        maxLength={LIMITS.search}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        data-autofocus
      />
      <Group gap="md" align="end">
        <NumberInput
          label="Most similar rows"
          w={140}
          min={1}
          max={MOST}
          clampBehavior="strict"
          value={top}
          onChange={(value) => setTop(Number(value) || 1)}
        />
        <Switch
          mb={8}
          label="Of this filter only"
          checked={isWithin}
          onChange={(event) => setWithin(event.currentTarget.checked)}
        />
      </Group>
      {failure ? (
        <ErrorState what="The text was not embedded" error={failure} onRetry={find} />
      ) : null}
      <Button
        size="xs"
        disabled={!canFind || !similarAtomSchema.shape.top.safeParse(top).success}
        loading={isWaiting}
        onClick={find}
      >
        Find similar rows
      </Button>
    </Stack>
  )
}

/** The button that lists the rows most similar to a typed text; without embeddings, it starts the run that makes them. */
export function SimilarButton({ detail, controls }: Omit<PanelProps, 'onDone'>) {
  const [isOpen, setIsOpen] = useState(false)
  const hasEmbeddings = detail.columns.some(({ id }) => id === 'mnd.mnd')
  return (
    <PanelButton name="Similar" icon={IconWaveSine} width={400} isOpen={isOpen} onOpen={setIsOpen}>
      {hasEmbeddings ? (
        <Similar detail={detail} controls={controls} onDone={() => setIsOpen(false)} />
      ) : (
        <StartEmbedding studyId={detail.study.id} />
      )}
    </PanelButton>
  )
}
