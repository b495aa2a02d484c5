'use client'

import {
  Button,
  Checkbox,
  Group,
  Modal,
  NumberInput,
  Select,
  SimpleGrid,
  Stack,
  Switch,
  TextInput,
} from '@mantine/core'
import { useState } from 'react'
import { backendOptions } from '@/components/fields/backend-options'
import { useBackends } from '@/components/hooks/use-backends'
import { useEvolve } from '@/components/hooks/use-compute'
import { DialogFoot } from '@/components/ui/dialog-foot'
import { notifyDone } from '@/components/ui/notify'
import { Notice } from '@/components/ui/states'
import { EvolvePrompts } from '@/components/views/prompts/evolve-prompts'
import type { EvolveRequest } from '@/lib/contracts/compute'
import { evolveRequestSchema } from '@/lib/contracts/compute'
import type { StudyDetail } from '@/lib/contracts/study'
import { ARM_CLASSES } from '@/lib/contracts/study'
import { keyOf } from './key-of'

type Draft = Record<keyof EvolveRequest, unknown>

const NUMBERS = [
  ['rounds', 'Rounds', 1],
  ['temperature', 'Temperature', 0.1],
  ['topP', 'Top-p', 0.05],
  ['seed', 'Random seed', 1],
  ['maxTokens', 'Max output tokens, instruction', 64],
  ['responseMaxTokens', 'Max output tokens, response', 64],
] as const

const { shape } = evolveRequestSchema

function describe(name: keyof EvolveRequest): string | undefined {
  return shape[name].description
}

function emptyDraft(): Draft {
  const defaults = evolveRequestSchema.parse({ backendId: '-', armKey: 'a', armLabel: 'a' })
  return { ...defaults, backendId: '', armKey: '', armLabel: '' }
}

/** Starts rounds of instruction evolution on the study's seeds, as a new evolver. */
export function EvolveDialog({ detail, onClose }: { detail: StudyDetail; onClose(): void }) {
  const evolve = useEvolve(detail.study.id)
  const backends = useBackends()
  const [draft, setDraft] = useState<Draft>(emptyDraft)
  const [isTried, setIsTried] = useState(false)
  const set = (patch: Partial<Draft>) => setDraft((before) => ({ ...before, ...patch }))

  const parsed = evolveRequestSchema.safeParse(draft)
  const taken = detail.arms.some((arm) => arm.key === draft.armKey)
  const errorOf = (name: keyof EvolveRequest): string | null => {
    if (!isTried) return null
    if (name === 'armLabel' && draft.armLabel === '') return 'Name the evolver.'
    if (name === 'armLabel' && taken) return 'This study already has an evolver with this name.'
    if (name === 'backendId' && draft.backendId === '') return 'Choose a backend.'
    return parsed.error?.issues.find((issue) => issue.path[0] === name)?.message ?? null
  }
  const chats = backendOptions(backends.data, ['chat'])
  const seeds = detail.seedSets.filter((seedSet) =>
    detail.cells.some((cell) => cell.armKey === null && cell.seedSetKey === seedSet.key),
  )

  const start = () => {
    setIsTried(true)
    if (!parsed.success || taken || draft.backendId === '') return
    evolve.mutate(parsed.data, {
      onSuccess: () => {
        notifyDone('The evolution was queued. Rounds appear under Cells as they are finished.')
        onClose()
      },
    })
  }

  return (
    <Modal opened onClose={onClose} title="Evolve the seeds" size="lg">
      <Stack gap="sm">
        {seeds.length === 0 ? (
          <Notice>
            This study has no seed texts. Import a seed file first (evolver "Seeds", round 0).
          </Notice>
        ) : null}
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
          <Select
            label="Backend"
            description="A backend with chat."
            data={chats}
            value={String(draft.backendId) || null}
            error={errorOf('backendId')}
            onChange={(backendId) => set({ backendId: backendId ?? '' })}
          />
          <TextInput
            label="Name of the evolver"
            description="Shown in tables and figures."
            value={String(draft.armLabel)}
            error={errorOf('armLabel') ?? errorOf('armKey')}
            onChange={(event) => {
              const armLabel = event.currentTarget.value
              set({ armLabel, armKey: keyOf(armLabel) })
            }}
          />
          <Select
            label="Class"
            description="Size class of the model, for comparisons of small and large evolvers."
            data={[...ARM_CLASSES]}
            value={String(draft.armClass)}
            onChange={(armClass) => set({ armClass: armClass ?? 'other' })}
          />
          {NUMBERS.map(([name, label, step]) => (
            <NumberInput
              key={name}
              label={label}
              description={describe(name)}
              step={step}
              value={Number(draft[name])}
              error={errorOf(name)}
              onChange={(value) => set({ [name]: value === '' ? null : Number(value) })}
            />
          ))}
        </SimpleGrid>
        <Checkbox.Group
          label="Seed sets"
          description="Leave all deselected to use every seed set."
          value={draft.seedSets as string[]}
          onChange={(seedSets) => set({ seedSets })}
        >
          <Group gap="md" mt={4}>
            {seeds.map((seedSet) => (
              <Checkbox key={seedSet.key} value={seedSet.key} label={seedSet.label} />
            ))}
          </Group>
        </Checkbox.Group>
        <Switch
          label="Breadth"
          description={describe('breadth')}
          checked={draft.breadth === true}
          onChange={(event) => set({ breadth: event.currentTarget.checked })}
        />
        <Switch
          label="Write responses"
          description={describe('respond')}
          checked={draft.respond === true}
          onChange={(event) => set({ respond: event.currentTarget.checked })}
        />
        {draft.respond === true ? (
          <Select
            label="Response model"
            data={[{ value: '', label: 'The evolver itself' }, ...chats]}
            value={typeof draft.responseBackendId === 'string' ? draft.responseBackendId : ''}
            onChange={(id) => set({ responseBackendId: id || null })}
          />
        ) : null}
        <EvolvePrompts
          value={draft.prompts as Record<string, string>}
          onChange={(prompts) => set({ prompts })}
        />
        <DialogFoot error={evolve.error} what="The evolution was not started" onClose={onClose}>
          <Button onClick={start} loading={evolve.isPending} disabled={seeds.length === 0}>
            Start evolving
          </Button>
        </DialogFoot>
      </Stack>
    </Modal>
  )
}
