'use client'

import { Button, Modal, Stack, Textarea, TextInput } from '@mantine/core'
import { useRouter } from 'next/navigation'
import type { FormEvent } from 'react'
import { useState } from 'react'
import { useCreateStudy } from '@/components/hooks/use-studies'
import { DialogFoot } from '@/components/ui/dialog-foot'

interface DialogProps {
  opened: boolean
  onClose(): void
}

export function CreateStudyDialog({ opened, onClose }: DialogProps) {
  const router = useRouter()
  const create = useCreateStudy()
  const [name, setName] = useState('')
  const [description, setDescription] = useState('')
  const [isTried, setIsTried] = useState(false)
  const nameError = isTried && name.trim() === '' ? 'Give the study a name.' : null

  const submit = (event: FormEvent) => {
    event.preventDefault()
    setIsTried(true)
    if (name.trim() === '') return
    create.mutate(
      { name: name.trim(), description: description.trim() },
      { onSuccess: (study) => router.push(`/studies/${study.id}?do=import`) },
    )
  }

  return (
    <Modal opened={opened} onClose={onClose} title="Create a study">
      <form onSubmit={submit} noValidate>
        <Stack gap="sm">
          <TextInput
            label="Name"
            required
            data-autofocus
            maxLength={120}
            value={name}
            error={nameError}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Textarea
            label="Description"
            description="What is compared, and on which data. Shown in the list of studies."
            autosize
            minRows={2}
            maxLength={4000}
            value={description}
            onChange={(event) => setDescription(event.currentTarget.value)}
          />
          <DialogFoot error={create.error} what="The study was not created" onClose={onClose}>
            <Button type="submit" loading={create.isPending}>
              Create and import files
            </Button>
          </DialogFoot>
        </Stack>
      </form>
    </Modal>
  )
}
