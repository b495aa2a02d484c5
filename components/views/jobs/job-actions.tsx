'use client'

import { Button, Group } from '@mantine/core'
import { useState } from 'react'
import { useJobAction } from '@/components/hooks/use-jobs'
import { notifyError, notifyUndo } from '@/components/ui/notify'
import type { Job, JobAction } from '@/lib/contracts/job'
import { ResumeDialog } from './resume-dialog'

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
