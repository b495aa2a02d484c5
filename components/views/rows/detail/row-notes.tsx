'use client'

import { Button, Group, Textarea } from '@mantine/core'
import { useState } from 'react'
import { useAnnotate, useUndoAnnotations } from '@/components/hooks/use-rows'
import { formatDateTime } from '@/components/ui/format'
import { notifyError, notifyUndo } from '@/components/ui/notify'
import type { RowDetail } from '@/lib/contracts/rows'
import classes from './detail.module.css'

/** The note on the row; saving replaces it, older ones stay in the log. */
export function RowNotes({ studyId, data }: { studyId: string; data: RowDetail }) {
  const annotate = useAnnotate(studyId)
  const undo = useUndoAnnotations(studyId)
  const { cellId, idx } = data.row
  const note = data.notes.find((one) => one.kind === 'note')
  const saved = note?.value ?? ''
  const [text, setText] = useState(saved)
  const isChanged = text.trim() !== saved

  const save = (value: string) =>
    annotate.mutate(
      { cellId, idx, kind: 'note', value },
      { onError: (error) => notifyError('The note was not saved', error) },
    )
  const remove = () =>
    note &&
    undo.mutate([note.no], {
      onSuccess: () => {
        setText('')
        notifyUndo('The note was removed.', () => {
          setText(saved)
          save(saved)
        })
      },
      onError: (error) => notifyError('The note was not removed', error),
    })

  return (
    <section className={classes.section}>
      <h3 className={classes.sectionTitle}>Note</h3>
      <Textarea
        aria-label="Note on this row"
        placeholder="What you noticed"
        autosize
        minRows={1}
        maxRows={10}
        maxLength={10_000}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <Group gap="xs" mt={6} mih={26}>
        {isChanged && text.trim() ? (
          <Button
            variant="default"
            size="compact-sm"
            loading={annotate.isPending}
            onClick={() => save(text.trim())}
          >
            Save the note
          </Button>
        ) : null}
        {note ? (
          <>
            <Button variant="subtle" size="compact-sm" onClick={remove}>
              Remove
            </Button>
            <span className={classes.sub}>{formatDateTime(note.at)}</span>
          </>
        ) : null}
      </Group>
    </section>
  )
}
