'use client'

import {
  Button,
  Checkbox,
  Input,
  Modal,
  MultiSelect,
  Select,
  Stack,
  TextInput,
} from '@mantine/core'
import { useState } from 'react'
import { backendOptions } from '@/components/fields/backend-options'
import { RowSetFields } from '@/components/fields/row-set-fields'
import { useBackends } from '@/components/hooks/use-backends'
import { useWriteResponses } from '@/components/hooks/use-responses'
import { isFiltered, useViewState } from '@/components/hooks/use-view-state'
import { DialogFoot } from '@/components/ui/dialog-foot'
import { notifyDone } from '@/components/ui/notify'
import {
  BudgetFields,
  budgetOrNull,
  currencyOf,
  NO_BUDGET,
} from '@/components/views/jobs/budget-fields'
import type { z } from 'zod'
import { respondRequestSchema } from '@/lib/contracts/responses'
import type { RowSet } from '@/lib/contracts/run'
import { SEEDS_LABEL } from '@/lib/contracts/seeds'
import type { StudyDetail } from '@/lib/contracts/study'
import { WriterFields } from './writer-fields'

type Draft = Omit<z.input<typeof respondRequestSchema>, 'rowSet' | 'budget'>

function fileOptions({ cells, arms, seedSets }: StudyDetail) {
  return cells.map(({ id, seedSetKey, armKey, round }) => {
    const set = seedSets.find(({ key }) => key === seedSetKey)?.label ?? seedSetKey
    const arm = arms.find(({ key }) => key === armKey)?.label ?? SEEDS_LABEL
    return {
      value: id,
      label: armKey === null ? `${set}, seeds` : `${set}, ${arm}, round ${round}`,
    }
  })
}

/** Chooses rows, response model and decoding, and starts the job that writes the responses. */
export function WriteDialog({ study, onClose }: { study: StudyDetail; onClose(): void }) {
  const { filter } = useViewState().state
  const backends = useBackends().data
  const write = useWriteResponses(study.study.id)
  const [draft, setDraft] = useState<Draft>({ backend: '', cellIds: [], makeCurrent: false })
  const [rowSet, setRowSet] = useState<RowSet>(
    isFiltered(filter) ? { kind: 'filter', filter } : { kind: 'all' },
  )
  const [budget, setBudget] = useState(NO_BUDGET)
  const [isTried, setIsTried] = useState(false)
  const set = (patch: Partial<Draft>) => setDraft((before) => ({ ...before, ...patch }))
  const parsed = respondRequestSchema.safeParse({ ...draft, rowSet, budget: budgetOrNull(budget) })
  const problemOf = (field: string) =>
    parsed.error?.issues.find(({ path }) => path[0] === field)?.message
  const start = () => {
    setIsTried(true)
    if (!parsed.success || draft.backend === '') return
    write.mutate(parsed.data, {
      onSuccess: () => {
        notifyDone('The job is queued. Responses appear as they are written.')
        onClose()
      },
    })
  }
  return (
    <Modal opened onClose={onClose} size="xl" title="Write responses">
      <Stack gap="md">
        <Select
          label="Response model"
          description="A backend with chat."
          placeholder="Choose a backend"
          data={backendOptions(backends, ['chat'])}
          value={draft.backend || null}
          error={isTried && draft.backend === '' ? 'Choose a backend.' : null}
          onChange={(backend) => set({ backend: backend ?? '' })}
        />
        <WriterFields value={draft} problemOf={problemOf} onChange={set} />
        <MultiSelect
          label="Files"
          placeholder={(draft.cellIds ?? []).length === 0 ? 'All files of the study' : ''}
          data={fileOptions(study)}
          value={[...(draft.cellIds ?? [])]}
          onChange={(cellIds) => set({ cellIds })}
          searchable
          clearable
        />
        <RowSetFields
          description="Rows that the set answers already are left as they are; those that failed are retried."
          filter={filter}
          value={rowSet}
          onChange={setRowSet}
        />
        <TextInput
          label="Name of the set"
          placeholder="Model and decoding"
          value={draft.label ?? ''}
          error={problemOf('label')}
          onChange={(event) => set({ label: event.currentTarget.value || null })}
        />
        <Checkbox
          label="Make it the current set of these files"
          description="The current set is shown, searched, scored and exported. Files without any response get it in any case."
          checked={draft.makeCurrent ?? false}
          onChange={(event) => set({ makeCurrent: event.currentTarget.checked })}
        />
        <Input.Wrapper
          label="Limits of the job"
          description="A job that reaches a limit pauses. Its responses are kept, and it resumes with a higher limit."
        >
          <BudgetFields
            value={budget}
            currency={currencyOf((backends ?? []).filter(({ id }) => id === draft.backend))}
            onChange={setBudget}
          />
        </Input.Wrapper>
        <DialogFoot error={write.error} what="Nothing was started" onClose={onClose}>
          <Button loading={write.isPending} onClick={start}>
            Write responses
          </Button>
        </DialogFoot>
      </Stack>
    </Modal>
  )
}
