'use client'

import { Button, Modal, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { useJobAction } from '@/components/hooks/use-jobs'
import { DialogFoot } from '@/components/ui/dialog-foot'
import type { Job } from '@/lib/contracts/job'
import { tokensOf } from '@/lib/contracts/meter'
import { formatCount, formatDuration } from '@/components/ui/format'
import { BudgetFields, budgetOrNull, NO_BUDGET } from './budget-fields'
import { costText } from '@/lib/contracts/job-text'

function spentText({ progress }: Job): string {
  const { meter, cost, activeMs } = progress
  const parts = [`${formatCount(tokensOf(meter))} tokens`, formatDuration(activeMs)]
  if (cost) parts.push(costText(cost))
  return parts.join(', ')
}

/** Asks for a higher budget before a job that used up its own goes on. */
export function ResumeDialog({ job, onClose }: { job: Job; onClose: () => void }) {
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
