'use client'

import {
  Autocomplete,
  Button,
  Group,
  Modal,
  MultiSelect,
  Select,
  Stack,
  Switch,
  Text,
  TextInput,
} from '@mantine/core'
import { useState } from 'react'
import { RandomSeed, WholeNumber } from '@/components/fields/sample-fields'
import { useStartBlind } from '@/components/hooks/use-blind'
import { defaultSides, roundsOf, SEEDS, type SideChoice } from '@/components/hooks/use-compare'
import { isFiltered, useViewState } from '@/components/hooks/use-view-state'
import { sideLabel } from '@/components/views/compare/side-picker'
import { DialogFoot } from '@/components/ui/dialog-foot'
import { formatDateTime, plural } from '@/lib/contracts/format'
import { parseSide, sideText } from '@/lib/contracts/compare-names'
import { BLIND_QUESTIONS, MAX_BLIND_PAIRS, type BlindSession } from '@/lib/contracts/blind'
import type { StudyDetail } from '@/lib/contracts/study'

// About half an hour of judging, and enough to find a preference of seven in ten.
const PAIRS = 50
const NEW = 'new'

/** Every evolver and round of a study, and the seeds. */
function sideOptions(study: StudyDetail) {
  const keys = [SEEDS, ...study.arms.map((arm) => arm.key)]
  return keys
    .flatMap((arm) => roundsOf(study, arm).map((round): SideChoice => ({ arm, round })))
    .map((side) => ({ value: sideText(side), label: sideLabel(study, side) }))
}

interface Draw {
  a: string | null
  b: string | null
  seedSets: string[]
  size: number
  seed: number
  question: string
  showSeed: boolean
  showResponses: boolean
}

interface DrawFieldsProps {
  study: StudyDetail
  draw: Draw
  onChange(changed: Partial<Draw>): void
}

function DrawFields({ study, draw, onChange }: DrawFieldsProps) {
  const options = sideOptions(study)
  const { state } = useViewState()
  const side = (name: 'a' | 'b', label: string) => (
    <Select
      label={label}
      data={options}
      value={draw[name]}
      allowDeselect={false}
      searchable
      onChange={(value) => onChange({ [name]: value })}
    />
  )
  return (
    <>
      <Autocomplete
        label="Question"
        description="What you answer for each pair. Any question may be typed."
        data={[...BLIND_QUESTIONS]}
        value={draw.question}
        onChange={(question) => onChange({ question })}
      />
      <Group grow align="flex-start">
        {side('a', 'One side')}
        {side('b', 'The other side')}
      </Group>
      {study.seedSets.length > 1 ? (
        <MultiSelect
          label="Seed sets"
          placeholder={draw.seedSets.length === 0 ? 'all' : ''}
          data={study.seedSets.map((set) => ({ value: set.key, label: set.label }))}
          value={draw.seedSets}
          clearable
          onChange={(seedSets) => onChange({ seedSets })}
        />
      ) : null}
      <Group grow align="flex-start">
        <WholeNumber
          label="Number of pairs"
          description="One a seed, of seeds whose texts differ."
          min={1}
          max={MAX_BLIND_PAIRS}
          value={draw.size}
          onChange={(size) => onChange({ size })}
        />
        <RandomSeed draws="pairs" value={draw.seed} onChange={(seed) => onChange({ seed })} />
      </Group>
      <Switch
        label="Show the seed of each pair"
        checked={draw.showSeed}
        onChange={(event) => onChange({ showSeed: event.currentTarget.checked })}
      />
      <Switch
        label="Show the responses"
        checked={draw.showResponses}
        onChange={(event) => onChange({ showResponses: event.currentTarget.checked })}
      />
      {isFiltered(state.filter) ? (
        <Text size="sm" c="dimmed">
          Only pairs whose rows both pass the filter of this page are drawn. Evolvers and rounds are
          those chosen here.
        </Text>
      ) : null}
    </>
  )
}

interface StartDialogProps {
  study: StudyDetail
  sessions: readonly BlindSession[]
  onClose(): void
  onStarted(sessionId: string): void
}

/** Draws pairs for a person, or takes those that another person judges. */
export function StartDialog({ study, sessions, onClose, onStarted }: StartDialogProps) {
  const start = useStartBlind(study.study.id)
  const { state } = useViewState()
  const sides = defaultSides(study)
  const [person, setPerson] = useState('')
  const [pairs, setPairs] = useState<string>(NEW)
  const [draw, setDraw] = useState<Draw>({
    a: sides && sideText(sides.a),
    b: sides && sideText(sides.b),
    seedSets: state.filter.seedSets,
    size: PAIRS,
    seed: 1,
    question: BLIND_QUESTIONS[0],
    showSeed: true,
    showResponses: false,
  })
  const [a, b] = [parseSide(draw.a ?? ''), parseSide(draw.b ?? '')]
  const isReady = person.trim() !== '' && (pairs !== NEW || (a && b && draw.question.trim() !== ''))

  const onStart = () => {
    if (!isReady || !a || !b) return
    const body =
      pairs === NEW
        ? { person, plan: { ...draw, a, b, filter: state.filter } }
        : { person, like: pairs }
    start.mutate(body, { onSuccess: ({ id }) => onStarted(id) })
  }

  return (
    <Modal opened onClose={onClose} title="Start a blind session" size="lg">
      <Stack gap="sm">
        <TextInput
          label="Your name or initials"
          description="Keeps the sessions of several people apart."
          value={person}
          data-autofocus
          onChange={(event) => setPerson(event.currentTarget.value)}
        />
        {sessions.length > 0 ? (
          <Select
            label="Which pairs"
            description="The verdicts of two people on the same pairs can be compared. Left and right are drawn anew."
            data={[
              { value: NEW, label: 'Draw new pairs' },
              ...sessions.map((session) => ({
                value: session.id,
                label: `Those of ${session.person}: ${session.question} ${plural(session.pairs, 'pair')}, ${formatDateTime(session.createdAt)}`,
              })),
            ]}
            value={pairs}
            allowDeselect={false}
            onChange={(value) => setPairs(value ?? NEW)}
          />
        ) : null}
        {pairs === NEW ? (
          <DrawFields
            study={study}
            draw={draw}
            onChange={(changed) => setDraw({ ...draw, ...changed })}
          />
        ) : null}
        <DialogFoot error={start.error} what="The session was not started" onClose={onClose}>
          <Button disabled={!isReady} loading={start.isPending} onClick={onStart}>
            Start
          </Button>
        </DialogFoot>
      </Stack>
    </Modal>
  )
}
