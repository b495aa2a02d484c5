'use client'

import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { useJobAction } from '@/components/hooks/use-jobs'
import { DialogFoot } from '@/components/ui/dialog-foot'
import { formatCount, formatDuration } from '@/lib/contracts/format'
import { notifyError, notifyUndo } from '@/components/ui/notify'
import type { Job, JobAction } from '@/lib/contracts/job'
import { costText } from '@/lib/contracts/job-text'
import { tokensOf } from '@/lib/contracts/meter'
import { BudgetFields, budgetOrNull, NO_BUDGET } from './budget-fields'

const LABEL: Record<JobAction, string> = {
  pause: 'Pause',
  resume: 'Resume',
  cancel: 'Cancel',
  retry: 'Retry',
}

/** What can be done with a job in its present state. */
function actionsOf(job: Job): JobAction[] {
  switch (job.state) {
    case 'queued':
    case 'running':
      return job.request ? [] : ['pause', 'cancel']
    case 'paused':
      return ['resume', 'cancel']
    case 'failed':
    case 'cancelled':
      return ['retry']
    case 'succeeded':
      return job.retryable ? ['retry'] : []
  }
}

function spentText({ progress }: Job): string {
  const { meter, cost, activeMs } = progress
  const parts = [`${formatCount(tokensOf(meter))} tokens`, formatDuration(activeMs)]
  if (cost) parts.push(costText(cost))
  return parts.join(', ')
}

/** Asks for a higher budget before a job that used up its own goes on. */
function ResumeDialog({ job, onClose }: { job: Job; onClose: () => void }) {
  const [budget, setBudget] = useState(job.budget ?? NO_BUDGET)
  const act = useJobAction()
  const resume = () =>
    act.mutate(
      { jobId: job.id, action: 'resume', budget: budgetOrNull(budget) },
      { onSuccess: onClose },
    )
  return (
    <Modal opened onClose={onClose} title={`Resume: ${job.title}`} size="lg">
      <Stack gap="md">
        <Text size="sm">
          {job.error} Used so far: {spentText(job)}. Limits count from the first start of the job.
          Leave a field empty for no limit.
        </Text>
        <BudgetFields
          value={budget}
          currency={job.progress.cost?.currency ?? null}
          onChange={setBudget}
        />
        <DialogFoot error={act.error} what="The job was not resumed" onClose={onClose}>
          <Button loading={act.isPending} onClick={resume}>
            Resume
          </Button>
        </DialogFoot>
      </Stack>
    </Modal>
  )
}

export function JobActions({ job }: { job: Job }) {
  const act = useJobAction()
  const [asksBudget, setAsksBudget] = useState(false)
  const run = (action: JobAction) => {
    if (action === 'resume' && job.hold?.reason === 'budget') {
      setAsksBudget(true)
      return
    }
    act.mutate(
      { jobId: job.id, action },
      {
        onSuccess: () => {
          if (action === 'cancel') {
            notifyUndo(`Cancelled: ${job.title}. What was computed stays.`, () =>
              act.mutate({ jobId: job.id, action: 'retry' }),
            )
          }
        },
        onError: (error) => notifyError(`${LABEL[action]} did not work`, error),
      },
    )
  }
  return (
    <Group gap={6} wrap="nowrap" mih={28}>
      {actionsOf(job).map((action) => (
        <Button
          key={action}
          size="compact-xs"
          variant="default"
          loading={act.isPending && act.variables.action === action}
          onClick={() => run(action)}
        >
          {action === 'retry' && job.state === 'succeeded' ? 'Retry failed rows' : LABEL[action]}
        </Button>
      ))}
      {asksBudget ? <ResumeDialog job={job} onClose={() => setAsksBudget(false)} /> : null}
    </Group>
  )
}
