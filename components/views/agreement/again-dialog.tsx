'use client'

import { Button, Modal, NumberInput, Select, Stack } from '@mantine/core'
import { Segments } from '@/components/fields/segments'
import { useState } from 'react'
import { backendOptions } from '@/components/fields/backend-options'
import { SampleFields } from '@/components/fields/sample-fields'
import { useBackends } from '@/components/hooks/use-backends'
import { useCompute } from '@/components/hooks/use-compute'
import { DialogFoot } from '@/components/ui/dialog-foot'
import { notifyDone } from '@/components/ui/notify'
import type { RatedRun } from '@/lib/contracts/agreement'
import type { RunInfo } from '@/lib/contracts/study'
import { runName } from './run-name'

// The reference number of seeds for a second rating.
const SAMPLE = { slots: 200, seed: 1 }
// High enough to show where the judge model is unsure, low enough to keep its ratings meaningful.
const TEMPERATURE = 0.7

interface AgainDialogProps {
  studyId: string
  /** Runs that can be judged again. */
  runs: readonly RunInfo[]
  rated: readonly RatedRun[]
  initialId: string | null
  onClose(): void
  onStarted(first: string, second: string): void
}

type Way = 'repeat' | 'judge'

/** Number of the next repetition: one more than any run of this judge has. */
function nextRepeat(run: RunInfo, runs: readonly RunInfo[]): number {
  const numbers = runs
    .filter((one) => one.metric === run.metric)
    .map((one) => Number(one.definition.params['repeat'] ?? 0))
  return Math.max(0, ...numbers) + 1
}

/** Has a random sample rated once more: by the same judge model, or by a second one. */
export function AgainDialog(props: AgainDialogProps) {
  const { studyId, runs, rated, initialId, onClose, onStarted } = props
  const compute = useCompute(studyId)
  const backends = useBackends()
  const [runId, setRunId] = useState(initialId ?? rated[0]?.runId ?? null)
  const [way, setWay] = useState<Way>('repeat')
  const [backendId, setBackendId] = useState<string | null>(null)
  const [sample, setSample] = useState(SAMPLE)
  const [temperature, setTemperature] = useState(TEMPERATURE)
  const run = runs.find((one) => one.id === runId) ?? null
  const isReady = run !== null && (way === 'repeat' || backendId !== null)

  const start = () => {
    if (!run) return
    const { params, metric } = run.definition
    const again =
      way === 'repeat'
        ? { ...params, temperature, repeat: nextRepeat(run, runs) }
        : // Another server may not take a schema; what it can is settled anew.
          { ...params, ...('constrained' in params ? { constrained: 'auto' } : {}) }
    const backend = way === 'repeat' ? run.backendId : backendId
    compute.mutate(
      {
        metrics: [{ metric, params: again }],
        backends: backend ? { [metric]: backend } : {},
        rowSet: { kind: 'sample', ...sample },
        cellIds: [],
      },
      {
        onSuccess: ({ runs: started, blocked }) => {
          const second = started[0]
          if (!second) throw new Error(blocked[0]?.reason ?? 'Nothing was started.')
          notifyDone('The sample is being rated. Agreement updates as ratings arrive.')
          onStarted(run.id, second.id)
        },
      },
    )
  }

  return (
    <Modal opened onClose={onClose} title="Rate a sample again" size="lg">
      <Stack gap="sm">
        <Select
          label="Run to compare with"
          data={rated.map((one) => ({ value: one.runId, label: runName(one) }))}
          value={runId}
          allowDeselect={false}
          onChange={setRunId}
        />
        <Segments
          label="Judge model"
          options={{ repeat: 'Same judge model', judge: 'Second judge model' }}
          value={way}
          onChange={setWay}
        />
        {way === 'repeat' ? (
          <NumberInput
            label="Temperature"
            description="Above 0 the judge model samples its reply. The first run keeps its own temperature; two repetitions at the same temperature measure self-consistency."
            min={0}
            max={2}
            step={0.1}
            value={temperature}
            onChange={(value) => setTemperature(Number(value))}
          />
        ) : (
          <Select
            label="Second judge model"
            description="The prompt and the parser stay the same."
            data={backendOptions(backends.data, ['chat'])}
            value={backendId}
            onChange={setBackendId}
          />
        )}
        <SampleFields value={sample} onChange={setSample} />
        <DialogFoot error={compute.error} what="Nothing was started" onClose={onClose}>
          <Button disabled={!isReady} loading={compute.isPending} onClick={start}>
            Rate the sample
          </Button>
        </DialogFoot>
      </Stack>
    </Modal>
  )
}
