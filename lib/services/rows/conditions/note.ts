import { and, eq, isNull } from 'drizzle-orm'
import { decisions } from '@/db/schema'
import { intersect } from '@/lib/columns/filter'
import type { AtomOf } from '@/lib/contracts/condition'
import type { ConditionKind } from './types'

export const note: ConditionKind<Pick<AtomOf<'note'>, 'text'>> = {
  open({ db, studyId }, { text }) {
    const wanted = text.trim().toLowerCase()
    const notes = db
      .select({ cellNo: decisions.cellNo, idx: decisions.idx, value: decisions.value })
      .from(decisions)
      .where(
        and(eq(decisions.studyId, studyId), eq(decisions.kind, 'note'), isNull(decisions.undoneAt)),
      )
      .all()
      .filter(({ value }) => value?.toLowerCase().includes(wanted))
    return (mask, { no }) => {
      const kept = new Uint8Array(mask.length)
      for (const { cellNo, idx } of notes) if (cellNo === no) kept[idx] = 1
      intersect(mask, kept)
    }
  },
}
