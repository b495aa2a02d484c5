'use client'

import { Button } from '@mantine/core'
import { IconStar, IconTrash } from '@tabler/icons-react'
import { useAnnotateRows } from '@/components/hooks/use-rows'
import { plural } from '@/components/ui/format'
import { notifyError, notifyUndo } from '@/components/ui/notify'
import { KEYS } from '@/components/shell/keys'
import { useShortcut } from '@/components/ui/shortcuts'
import classes from '../rows.module.css'
import type { PickedRows } from './use-picked-rows'

/** What can be done with all picked rows at once; each act can be undone as one. */
export function PickedBar({ studyId, picked }: { studyId: string; picked: PickedRows }) {
  const { annotate, undo } = useAnnotateRows(studyId)
  const mark = (kind: 'star' | 'drop') =>
    annotate.mutate(
      { kind, value: null, rows: picked.rows },
      {
        onError: (error) => notifyError('The rows were not marked', error),
        onSuccess: ({ nos }) => {
          const done = kind === 'star' ? 'starred' : 'marked as dropped'
          notifyUndo(`${plural(picked.rows.length, 'row')} ${done}.`, () =>
            undo.mutate(nos, {
              onError: (error) => notifyError('Not every mark was taken back', error),
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
      <strong>{plural(picked.rows.length, 'row')} picked</strong>
      <Button
        variant="default"
        leftSection={<IconStar size={14} />}
        loading={annotate.isPending}
        onClick={() => mark('star')}
      >
        Star
      </Button>
      <Button
        variant="default"
        leftSection={<IconTrash size={14} />}
        loading={annotate.isPending}
        onClick={() => mark('drop')}
      >
        Drop
      </Button>
      <Button variant="subtle" onClick={picked.clear}>
        Let go
      </Button>
    </div>
  )
}
