'use client'

import { ActionIcon, Menu } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconArrowMerge, IconDots, IconFileZip, IconPencil, IconTrash } from '@tabler/icons-react'
import { useDeleteStudy, useRestoreStudy, useUpdateStudy } from '@/components/hooks/use-studies'
import { notifyError, notifyUndo } from '@/components/ui/notify'
import type { StudySummary } from '@/lib/contracts/study'
import { BackupDialog } from './backup-dialog'
import { MergeDialog } from './merge-dialog'
import { StudyDialog } from './study-dialog'

/** Renames, backs up, merges and deletes a study. */
export function StudyMenu({ study }: { study: StudySummary }) {
  const [isRenaming, rename] = useDisclosure(false)
  const [isBackingUp, backup] = useDisclosure(false)
  const [isMerging, merge] = useDisclosure(false)
  const update = useUpdateStudy(study.id)
  const remove = useDeleteStudy()
  const restore = useRestoreStudy()

  const deleteStudy = () =>
    remove.mutate(study.id, {
      onSuccess: () =>
        notifyUndo(`"${study.name}" was deleted. It can be restored for 7 days.`, () =>
          restore.mutate(study.id),
        ),
      onError: (error) => notifyError('The study was not deleted', error),
    })

  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon aria-label={`Actions for ${study.name}`}>
            <IconDots size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconPencil size={14} />} onClick={rename.open}>
            Name and description
          </Menu.Item>
          <Menu.Item leftSection={<IconFileZip size={14} />} onClick={backup.open}>
            Back up
          </Menu.Item>
          <Menu.Item leftSection={<IconArrowMerge size={14} />} onClick={merge.open}>
            Merge with another study
          </Menu.Item>
          <Menu.Item leftSection={<IconTrash size={14} />} onClick={deleteStudy}>
            Delete
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {isBackingUp ? <BackupDialog study={study} onClose={backup.close} /> : null}
      {isMerging ? <MergeDialog study={study} onClose={merge.close} /> : null}
      {isRenaming ? (
        <StudyDialog
          title="Name and description"
          action="Save"
          failure="The study was not changed"
          initial={study}
          change={update}
          onSubmit={(text) => update.mutate(text, { onSuccess: rename.close })}
          onClose={rename.close}
        />
      ) : null}
    </>
  )
}
