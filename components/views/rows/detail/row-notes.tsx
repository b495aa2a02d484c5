'use client'

import { Button, Group, TagsInput, Textarea } from '@mantine/core'
import { useState } from 'react'
import { useDecide } from '@/components/hooks/use-decisions'
import { formatDateTime } from '@/lib/contracts/format'
import { notifyError, notifyUndo } from '@/components/ui/notify'
import { LIMITS } from '@/lib/contracts/limits'
import type { RowDetail } from '@/lib/contracts/rows'
import classes from './detail.module.css'

/** Note and tags of the row; saving a note replaces it, older ones stay in the log. */
export function RowNotes({ studyId, data }: { studyId: string; data: RowDetail }) {
  const decide = useDecide(studyId)
  const { cellId, idx } = data.row
  const note = data.notes.find((one) => one.kind === 'note')
  const saved = note?.value ?? ''
  const [text, setText] = useState(saved)
  const isChanged = text.trim() !== saved

  const rows = [{ cellId, idx }]
  const save = (value: string) =>
    decide.mutate(
      { rows, kind: 'note', value },
      { onError: (error) => notifyError('The note was not saved', error) },
    )
  const remove = () =>
    decide.mutate(
      { rows, kind: 'note', removes: true },
      {
        onSuccess: () => {
          setText('')
          notifyUndo('The note was removed.', () => {
            setText(saved)
            save(saved)
          })
        },
        onError: (error) => notifyError('The note was not removed', error),
      },
    )
  const tag = (value: string, removes: boolean) =>
    decide.mutate(
      { rows, kind: 'tag', value, removes },
      { onError: (error) => notifyError('The tag was not saved', error) },
    )

  return (
    <section className={classes.section}>
      <h3 className={classes.sectionTitle}>Note</h3>
      <Textarea
        aria-label="Note on this row"
        placeholder="What you noticed"
        autosize
        minRows={1}
        maxRows={10}
        maxLength={LIMITS.note}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <Group gap="xs" mt={6} mih={26}>
        {isChanged && text.trim() ? (
          <Button
            variant="default"
            size="compact-sm"
            loading={decide.isPending}
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
            <span className={classes.sub}>
              {note.author}, {formatDateTime(note.at)}
            </span>
          </>
        ) : null}
      </Group>
      <h3 className={classes.sectionTitle}>Tags</h3>
      <TagsInput
        aria-label="Your tags of this row"
        placeholder={data.row.tags.length === 0 ? 'Type a tag and press Enter' : ''}
        maxLength={LIMITS.word}
        value={data.row.tags}
        onChange={(next) => {
          const added = next.find((one) => !data.row.tags.includes(one))
          const gone = data.row.tags.find((one) => !next.includes(one))
          if (added !== undefined) tag(added, false)
          if (gone !== undefined) tag(gone, true)
        }}
      />
    </section>
  )
}
