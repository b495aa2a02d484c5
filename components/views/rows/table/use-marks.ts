import { useAnnotate, useUndoAnnotations } from '@/components/hooks/use-rows'
import { notifyError, notifyUndo } from '@/components/ui/notify'
import type { RowDetail } from '@/lib/contracts/rows'

/** Sets or removes a star or an exclusion; an exclusion can be undone. */
export function useMarks(studyId: string, data: RowDetail | undefined) {
  const annotate = useAnnotate(studyId)
  const undo = useUndoAnnotations(studyId)

  return (kind: 'star' | 'drop') => {
    if (!data) return
    const { cellId, idx } = data.row
    const set = data.notes.find((note) => note.kind === kind)
    const onError = (error: unknown) => notifyError('The mark was not saved', error)
    if (set) {
      undo.mutate([set.no], { onError })
      return
    }
    annotate.mutate(
      { cellId, idx, kind, value: null },
      {
        onError,
        onSuccess: ({ no }) => {
          if (kind === 'drop') notifyUndo('The row was excluded.', () => undo.mutate([no]))
        },
      },
    )
  }
}
