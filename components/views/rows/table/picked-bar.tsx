'use client'

import { Button } from '@mantine/core'
import { IconStar, IconTrash } from '@tabler/icons-react'
import { useAnnotateRows, useUndoAnnotations } from '@/components/hooks/use-rows'
import { plural } from '@/components/ui/format'
import { notifyError, notifyUndo } from '@/components/ui/notify'
import { KEYS } from '@/components/shell/keys'
import { useShortcut } from '@/components/ui/shortcuts'
import { OnlyPicked } from '../filter/only-picked'
import classes from '../rows.module.css'
import type { PickedRows } from './use-picked-rows'

const MARKS = [
  { kind: 'star', label: 'Star', icon: IconStar },
  { kind: 'drop', label: 'Exclude', icon: IconTrash },
] as const

/** Actions on all selected rows; each can be undone in one step. */
export function PickedBar({ studyId, picked }: { studyId: string; picked: PickedRows }) {
  const annotate = useAnnotateRows(studyId)
  const undo = useUndoAnnotations(studyId)
  const mark = (kind: (typeof MARKS)[number]['kind']) =>
    annotate.mutate(
      { kind, value: null, rows: picked.rows },
      {
        onError: (error) => notifyError('The rows were not marked', error),
        onSuccess: ({ nos }) => {
          const done = kind === 'star' ? 'starred' : 'excluded'
          notifyUndo(`${plural(picked.rows.length, 'row')} ${done}.`, () =>
            undo.mutate(nos, {
              onError: (error) => notifyError('Not every mark was removed', error),
            }),
          )
          picked.clear()
        },
      },
    )
  useShortcut(KEYS.starPicked, () => mark('star'))
  useShortcut(KEYS.dropPicked, () => mark('drop'))
  useShortcut(KEYS.leavePicked, picked.clear)

  return (
    <div className={classes.picked} role="status">
      <strong>{plural(picked.rows.length, 'row')} selected</strong>
      {MARKS.map(({ kind, label, icon: MarkIcon }) => (
        <Button
          key={kind}
          variant="default"
          leftSection={<MarkIcon size={14} />}
          loading={annotate.isPending}
          onClick={() => mark(kind)}
        >
          {label}
        </Button>
      ))}
      <OnlyPicked picked={picked} />
      <Button variant="subtle" onClick={picked.clear}>
        Deselect
      </Button>
    </div>
  )
}
