'use client'

import { Button, Modal, Select, Stack, Text, TextInput } from '@mantine/core'
import Link from 'next/link'
import { useState } from 'react'
import { useMerge, useMergePlan } from '@/components/hooks/use-backup'
import { useJob } from '@/components/hooks/use-jobs'
import { useStudies } from '@/components/hooks/use-studies'
import { DialogFoot } from '@/components/ui/dialog-foot'
import { plural } from '@/lib/contracts/format'
import { QueryState } from '@/components/ui/states'
import { mergedSchema, type MergePlan, type MergeRequest } from '@/lib/contracts/merge'
import type { StudySummary } from '@/lib/contracts/study'
import { JobLine } from '../jobs/job-line'

function filesText({ files }: MergePlan): string {
  const of = (outcome: MergePlan['files'][number]['outcome']) =>
    files.filter((file) => file.outcome === outcome)
  const rows = of('added').reduce((sum, file) => sum + file.rows, 0)
  return `${plural(of('added').length, 'file')} with ${plural(rows, 'row')} are added, ${plural(of('known').length, 'file')} that both have are kept once.`
}

/** What a merge would come to: problems first, then what is added and what is left out. */
function PlanText({ plan }: { plan: MergePlan }) {
  return (
    <Stack gap="xs">
      {plan.problems.map((problem) => (
        <Text key={problem} size="sm" c="var(--ev-warn)">
          {problem}
        </Text>
      ))}
      <Text size="sm">{filesText(plan)}</Text>
      <Text size="sm" c="dimmed">
        Left out: {plan.leftOut.join(' ')}
      </Text>
    </Stack>
  )
}

interface MergeDialogProps {
  study: StudySummary
  onClose(): void
}

/** Makes a third study of this one and another. */
export function MergeDialog({ study, onClose }: MergeDialogProps) {
  const others = (useStudies().data ?? []).filter(({ id }) => id !== study.id)
  const [other, setOther] = useState<string | null>(null)
  const [name, setName] = useState(`${study.name}, merged`.slice(0, 120))
  const [arms, setArms] = useState<Record<string, string>>({})
  const request: MergeRequest | null =
    other === null ? null : { with: other, name: name.trim() || 'Merged', arms, seedSets: {} }
  const plan = useMergePlan(study.id, request)
  // Evolvers that were asked for stay on the form once they are answered.
  const [shared, setShared] = useState<MergePlan['asked']>([])
  const asked = [...shared, ...(plan.data?.asked ?? [])].filter(
    ({ key }, at, all) => all.findIndex((one) => one.key === key) === at,
  )
  const start = useMerge(study.id)
  const job = useJob(start.data?.job.id ?? null).data?.job
  const merged = mergedSchema.safeParse(job?.state === 'succeeded' ? job.result : null)
  const answer = (key: string, own: string) => {
    setShared(asked)
    setArms({ ...arms, [key]: own })
  }
  return (
    <Modal opened onClose={onClose} title={`Merge ${study.name} with another study`} size="lg">
      <Stack gap="md">
        <Text size="sm">
          The result is a new study. Both studies stay as they are; to undo, delete the new one.
        </Text>
        <Select
          label="Study that is added"
          data={others.map(({ id, name: label }) => ({ value: id, label }))}
          value={other}
          searchable
          onChange={(value) => {
            setOther(value)
            setArms({})
            setShared([])
          }}
        />
        <TextInput
          label="Name of the new study"
          maxLength={120}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        {asked.map(({ key, label, otherLabel }) => (
          <Select
            key={key}
            label={`Both have the evolver "${key}"`}
            placeholder="Choose what it is"
            data={[
              { value: key, label: `the same evolver (${label})` },
              { value: `${key}-2`, label: `another one (${otherLabel}), named ${key}-2` },
            ]}
            value={arms[key] ?? null}
            onChange={(value) => value !== null && answer(key, value)}
          />
        ))}
        {request ? (
          <QueryState query={plan} what="The merge could not be checked" lines={3}>
            {(found) => <PlanText plan={found} />}
          </QueryState>
        ) : null}
        {job ? <JobLine job={job} /> : null}
        <DialogFoot error={start.error} what="The merge was not started" onClose={onClose}>
          {merged.success ? (
            <Button component={Link} href={`/studies/${merged.data.studyId}`}>
              Show the study
            </Button>
          ) : (
            <Button
              disabled={!plan.data || plan.data.problems.length > 0}
              loading={start.isPending || job?.state === 'queued' || job?.state === 'running'}
              onClick={() => request && start.mutate(request)}
            >
              Merge
            </Button>
          )}
        </DialogFoot>
      </Stack>
    </Modal>
  )
}
