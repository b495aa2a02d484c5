'use client'

import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import { Dropzone } from '@mantine/dropzone'
import { IconUpload } from '@tabler/icons-react'
import Link from 'next/link'
import { useRef, useState } from 'react'
import { useOpenBackup } from '@/components/hooks/use-backup'
import { useJob } from '@/components/hooks/use-jobs'
import { DialogFoot } from '@/components/ui/dialog-foot'
import { formatBytes } from '@/lib/contracts/format'
import { ProgressBar } from '@/components/ui/progress-bar'
import { openedBackupSchema } from '@/lib/contracts/backup'
import { JobLine } from '../jobs/job-line'

interface OpenBackupDialogProps {
  /** The file that was dropped on the page. */
  dropped: File | null
  onClose(): void
}

/** Makes a study of a backup. */
export function OpenBackupDialog({ dropped, onClose }: OpenBackupDialogProps) {
  const [file, setFile] = useState(dropped)
  const [sent, setSent] = useState(0)
  const choose = useRef<() => void>(null)
  const opening = useOpenBackup(setSent)
  const job = useJob(opening.data?.job.id ?? null).data?.job
  const opened = openedBackupSchema.safeParse(job?.state === 'succeeded' ? job.result : null)
  const isOver = job !== undefined && (job.state === 'failed' || job.state === 'cancelled')
  return (
    <Modal opened onClose={onClose} title="Open a backup" size="lg">
      <Stack gap="md">
        <Text size="sm">
          The file is checked completely before the study is shown. A study that is here already is
          opened as a copy; nothing that is here changes.
        </Text>
        <Dropzone
          onDrop={([first]) => first && setFile(first)}
          openRef={choose}
          activateOnClick={false}
          enablePointerEvents
          multiple={false}
          p={12}
          aria-label="Backup file"
          inputProps={{ 'aria-label': 'Backup to open' }}
        >
          <Group gap="xs">
            <Button
              variant="default"
              leftSection={<IconUpload size={14} />}
              onClick={() => choose.current?.()}
            >
              Choose a file
            </Button>
            {file ? (
              <span dir="auto">
                {file.name}, {formatBytes(file.size)}
              </span>
            ) : (
              <span className="ev-dim">or drop it here</span>
            )}
          </Group>
        </Dropzone>
        {opening.isPending && file ? (
          <ProgressBar share={sent / file.size} label={`Upload of ${file.name}`} />
        ) : null}
        {job ? <JobLine job={job} /> : null}
        {opened.success ? (
          <Text size="sm" role="status">
            {[`"${opened.data.name}" is ready.`, ...opened.data.notes].join(' ')}
          </Text>
        ) : null}
        <DialogFoot error={opening.error} what="The backup was not opened" onClose={onClose}>
          {opened.success ? (
            <Button component={Link} href={`/studies/${opened.data.studyId}`}>
              Show the study
            </Button>
          ) : (
            <Button
              disabled={!file}
              loading={opening.isPending || (job !== undefined && !isOver)}
              onClick={() => file && opening.mutate(file)}
            >
              Open
            </Button>
          )}
        </DialogFoot>
      </Stack>
    </Modal>
  )
}
