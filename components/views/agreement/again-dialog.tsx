'use client'

import { Button, Group, Modal, NumberInput, SegmentedControl, Select, Stack } from '@mantine/core'
import { useState } from 'react'
import { useBackends } from '@/components/hooks/use-backends'
import { useCompute } from '@/components/hooks/use-compute'
import { notifyDone } from '@/components/ui/notify'
import { ErrorState } from '@/components/ui/states'
import type { RatedRun } from '@/lib/contracts/agreement'
import type { RunInfo } from '@/lib/contracts/study'
import { runName } from './run-name'

// The reference number of rows for a second judging.
const SLOTS = 200
const SEED = 1
// High enough that a judge that is unsure says so, low enough that it stays the same judge.
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

/** Judges a seeded sample once more: the same judge with another seed, or a second judge. */
export function AgainDialog(props: AgainDialogProps) {
  const { studyId, runs, rated, initialId, onClose, onStarted } = props
  const compute = useCompute(studyId)
  const backends = useBackends()
  const [runId, setRunId] = useState(initialId ?? rated[0]?.runId ?? null)
  const [way, setWay] = useState<Way>('repeat')
  const [backendId, setBackendId] = useState<string | null>(null)
  const [slots, setSlots] = useState(SLOTS)
  const [seed, setSeed] = useState(SEED)
  const [temperature, setTemperature] = useState(TEMPERATURE)
  const run = runs.find((one) => one.id === runId) ?? null
  const judges = (backends.data ?? []).filter(
    (backend) => backend.probe?.capabilities['chat']?.state !== 'no',
  )
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
        rowSet: { kind: 'sample', slots, seed },
        cellIds: [],
      },
      {
        onSuccess: ({ runs: started, blocked }) => {
          const second = started[0]
          if (!second) throw new Error(blocked[0]?.reason ?? 'Nothing was started.')
          notifyDone('The sample is being judged. Agreement shows as ratings arrive.')
          onStarted(run.id, second.id)
        },
      },
    )
  }

  return (
    <Modal opened onClose={onClose} title="Judge a sample again" size="lg">
      <Stack gap="sm">
        <Select
          label="Run to set beside"
          data={rated.map((one) => ({ value: one.runId, label: runName(one) }))}
          value={runId}
          allowDeselect={false}
          onChange={setRunId}
        />
        <SegmentedControl
          aria-label="Who judges"
          data={[
            { value: 'repeat', label: 'The same judge again' },
            { value: 'judge', label: 'A second judge' },
          ]}
          value={way}
          onChange={(value) => setWay(value as Way)}
        />
        {way === 'repeat' ? (
          <NumberInput
            label="Temperature"
            description="Above 0 the judge samples its reply. The first run is at its own temperature; two repetitions at one temperature show self-consistency."
            min={0}
            max={2}
            step={0.1}
            value={temperature}
            onChange={(value) => setTemperature(Number(value))}
          />
        ) : (
          <Select
            label="Second judge"
            description="The prompt and the way of reading stay the same."
            data={judges.map((backend) => ({ value: backend.id, label: backend.label }))}
            value={backendId}
            onChange={setBackendId}
          />
        )}
        <Group grow>
          <NumberInput
            label="Seeds of each seed set"
            description="The rows of these seeds on every arm and round."
            min={1}
            value={slots}
            onChange={(value) => setSlots(Number(value))}
          />
          <NumberInput
            label="Seed of the draw"
            description="The same seed draws the same rows."
            value={seed}
            onChange={(value) => setSeed(Number(value))}
          />
        </Group>
        {compute.error ? <ErrorState error={compute.error} what="Nothing was started" /> : null}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button disabled={!isReady} loading={compute.isPending} onClick={start}>
            Judge the sample
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
