'use client'

import { Button, Modal, Stack, Textarea, TextInput } from '@mantine/core'
import type { FormEvent } from 'react'
import { useState } from 'react'
import { DialogFoot } from '@/components/ui/dialog-foot'

interface StudyText {
  name: string
  description: string
}

interface StudyDialogProps {
  title: string
  /** Text of the button. */
  action: string
  /** What is said when it fails. */
  failure: string
  initial?: StudyText
  change: { error: unknown; isPending: boolean }
  onSubmit(text: StudyText): void
  onClose(): void
}

/** Asks for the name and the description of a study. */
export function StudyDialog(props: StudyDialogProps) {
  const { title, action, failure, initial, change, onSubmit, onClose } = props
  const [name, setName] = useState(initial?.name ?? '')
  const [description, setDescription] = useState(initial?.description ?? '')
  const [isTried, setIsTried] = useState(false)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setIsTried(true)
    if (name.trim()) onSubmit({ name: name.trim(), description: description.trim() })
  }
  return (
    <Modal opened onClose={onClose} title={title}>
      <form onSubmit={submit} noValidate>
        <Stack gap="sm">
          <TextInput
            label="Name"
            required
            data-autofocus
            maxLength={120}
            value={name}
            error={isTried && name.trim() === '' ? 'Give the study a name.' : null}
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
          <DialogFoot error={change.error} what={failure} onClose={onClose}>
            <Button type="submit" loading={change.isPending}>
              {action}
            </Button>
          </DialogFoot>
        </Stack>
      </form>
    </Modal>
  )
}
