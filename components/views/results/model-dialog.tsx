'use client'

import {
  Button,
  Group,
  Modal,
  MultiSelect,
  NumberInput,
  Select,
  Stack,
  TextInput,
} from '@mantine/core'
import { useState } from 'react'
import { usePreviousExports } from '@/components/hooks/use-export'
import { useMapModel } from '@/components/hooks/use-results'
import { DialogFoot } from '@/components/ui/dialog-foot'
import { formatDateTime } from '@/lib/contracts/format'
import { LIMITS } from '@/lib/contracts/limits'
import type { MappedModel, ResultModel } from '@/lib/contracts/results'
import { SEEDS_KEY, SEEDS_LABEL } from '@/lib/contracts/seeds'
import type { StudyDetail } from '@/lib/contracts/study'

const TEXT_FIELDS = [
  { field: 'student', label: 'Student', description: 'The base model that was trained.' },
  { field: 'size', label: 'Size', placeholder: '8B' },
  {
    field: 'writer',
    label: 'Response model',
    description: 'The model that wrote the responses it was trained on.',
  },
] as const

const numberOf = (value: string | number) => (typeof value === 'number' ? value : null)
const textOf = (value: string) => (value.trim() === '' ? null : value)

interface ModelDialogProps {
  detail: StudyDetail
  model: MappedModel
  onClose(): void
}

/** Asks what a model of a result file was trained on. */
export function ModelDialog({ detail, model, onClose }: ModelDialogProps) {
  const [mapping, setMapping] = useState<ResultModel>(model.mapping)
  const exports = usePreviousExports(detail.study.id)
  const save = useMapModel(detail.study.id)
  const set = (patch: Partial<ResultModel>) => setMapping((before) => ({ ...before, ...patch }))
  const evolvers = detail.arms.map(({ key, label }) => ({ value: key, label }))
  const run = () =>
    save.mutate({ source: model.source, model: model.model, mapping }, { onSuccess: onClose })
  return (
    <Modal opened onClose={onClose} title={<span dir="auto">{model.model}</span>}>
      <Stack gap="sm">
        <Select
          label="Evolver of the training data"
          data={[{ value: SEEDS_KEY, label: SEEDS_LABEL }, ...evolvers]}
          value={mapping.armKey}
          clearable
          onChange={(armKey) => set({ armKey })}
        />
        <Group grow align="end">
          <NumberInput
            label="Round"
            min={0}
            max={LIMITS.round}
            allowDecimal={false}
            value={mapping.round ?? ''}
            onChange={(value) => set({ round: numberOf(value) })}
          />
          <NumberInput
            label="Temperature of the evolver"
            min={0}
            max={10}
            value={mapping.temperature ?? ''}
            onChange={(value) => set({ temperature: numberOf(value) })}
          />
        </Group>
        <MultiSelect
          label="Seed sets"
          data={detail.seedSets.map(({ key, label }) => ({ value: key, label }))}
          value={mapping.seedSets}
          onChange={(seedSets) => set({ seedSets })}
        />
        {TEXT_FIELDS.map(({ field, ...texts }) => (
          <TextInput
            key={field}
            {...texts}
            value={mapping[field] ?? ''}
            maxLength={LIMITS.label}
            onChange={(event) => set({ [field]: textOf(event.currentTarget.value) })}
          />
        ))}
        <Select
          label="Tuning"
          data={[
            { value: 'full', label: 'full' },
            { value: 'lora', label: 'LoRA' },
          ]}
          value={mapping.tuning}
          clearable
          onChange={(tuning) => set({ tuning })}
        />
        <Select
          label="Export it was trained on"
          data={(exports.data ?? []).map(({ id, name, createdAt }) => ({
            value: id,
            label: `${name}, ${formatDateTime(createdAt)}`,
          }))}
          value={mapping.subsetId}
          clearable
          onChange={(subsetId) => set({ subsetId })}
        />
        <DialogFoot error={save.error} what="This was not saved" onClose={onClose}>
          <Button onClick={run} loading={save.isPending}>
            Save
          </Button>
        </DialogFoot>
      </Stack>
    </Modal>
  )
}
