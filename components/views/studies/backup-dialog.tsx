'use client'

import { Button, Modal, Stack, Text } from '@mantine/core'
import { IconDownload } from '@tabler/icons-react'
import { backupUrl, useBackup } from '@/components/hooks/use-backup'
import { useJob } from '@/components/hooks/use-jobs'
import { DialogFoot } from '@/components/ui/dialog-foot'
import { formatBytes } from '@/lib/contracts/format'
import { writtenBackupSchema } from '@/lib/contracts/backup'
import type { StudySummary } from '@/lib/contracts/study'
import { JobLine } from '../jobs/job-line'

/** Writes a study as one file and offers it for download. */
export function BackupDialog({ study, onClose }: { study: StudySummary; onClose(): void }) {
  const start = useBackup(study.id)
  const jobId = start.data?.job.id ?? null
  const job = useJob(jobId).data?.job
  const written = writtenBackupSchema.safeParse(job?.state === 'succeeded' ? job.result : null)
  return (
    <Modal opened onClose={onClose} title={`Back up ${study.name}`} size="lg">
      <Stack gap="md">
        <Text size="sm">
          One file holds the rows, responses, alignments, runs with their values, results,
          decisions, views, subsets, formulas, blind sessions and own claims, and the prompts that
          were used. Another Evolens opens it. Backends, keys and deleted entries are not in it, nor
          are stored answers and embeddings of models: all values computed from them are, but rows
          similar to one and new maps need the embeddings computed again.
        </Text>
        {job ? <JobLine job={job} /> : null}
        <DialogFoot error={start.error} what="The backup was not started" onClose={onClose}>
          {written.success && jobId !== null ? (
            <Button
              component="a"
              href={backupUrl(study.id, jobId)}
              leftSection={<IconDownload size={14} />}
            >
              Download ({formatBytes(written.data.bytes)})
            </Button>
          ) : (
            <Button
              loading={
                start.isPending ||
                (job !== undefined && job.state !== 'failed' && job.state !== 'cancelled')
              }
              onClick={() => start.mutate(undefined)}
            >
              Back up
            </Button>
          )}
        </DialogFoot>
      </Stack>
    </Modal>
  )
}
