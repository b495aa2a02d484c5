'use client'

import { ActionIcon, Button, Menu, Modal, Stack, TextInput } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconDots, IconPencil, IconTrash } from '@tabler/icons-react'
import { useState } from 'react'
import { useDeleteStudy, useRestoreStudy, useUpdateStudy } from '@/components/hooks/use-studies'
import { DialogFoot } from '@/components/ui/dialog-foot'
import { notifyError, notifyUndo } from '@/components/ui/notify'
import type { StudySummary } from '@/lib/contracts/study'

function RenameDialog({ study, onClose }: { study: StudySummary; onClose(): void }) {
  const update = useUpdateStudy(study.id)
  const [name, setName] = useState(study.name)
  const [description, setDescription] = useState(study.description)
  const save = () =>
    update.mutate({ name: name.trim(), description: description.trim() }, { onSuccess: onClose })
  return (
    <Modal opened onClose={onClose} title="Name and description">
      <Stack gap="sm">
        <TextInput
          label="Name"
          data-autofocus
          value={name}
          error={name.trim() === '' ? 'Give the study a name.' : null}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <TextInput
          label="Description"
          value={description}
          onChange={(event) => setDescription(event.currentTarget.value)}
        />
        <DialogFoot error={update.error} what="The study was not changed" onClose={onClose}>
          <Button onClick={save} loading={update.isPending} disabled={name.trim() === ''}>
            Save
          </Button>
        </DialogFoot>
      </Stack>
    </Modal>
  )
}

export function StudyMenu({ study }: { study: StudySummary }) {
  const [isRenaming, rename] = useDisclosure(false)
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
          <Menu.Item leftSection={<IconTrash size={14} />} onClick={deleteStudy}>
            Delete
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {isRenaming ? <RenameDialog study={study} onClose={rename.close} /> : null}
    </>
  )
}
