import { z } from 'zod'
import { hotRead } from '@/db/hot-sql'
import { intersect } from '@/lib/columns/filter'
import type { AtomOf } from '@/lib/contracts/condition'
import { statusCode } from '@/lib/contracts/status'
import { currentResponseSet } from '../../cells'
import { checkSet, setInCell } from '../../responses'
import type { ConditionKind } from './types'

/** SQL of each state of a response that is there. */
const STATES = {
  present: `status = ${statusCode('ok')}`,
  truncated: `status = ${statusCode('ok')} and finish_reason = 'length'`,
  failed: `status = ${statusCode('error')} or (status <> ${statusCode('ok')} and finish_reason is not null and finish_reason <> 'skipped')`,
}

export const response: ConditionKind<AtomOf<'response'>> = {
  open({ db, studyId }, { states, set }) {
    if (set !== undefined) checkSet(db, studyId, set)
    return (mask, cell) => {
      const found =
        set === undefined ? currentResponseSet(db, cell.no) : setInCell(db, cell.no, set)
      const rowsOf = (state: keyof typeof STATES) =>
        hotRead(db, {
          why: 'one number for every response of a file',
          sql: `select idx from responses where set_no = ? and (${STATES[state]})`,
          row: z.number(),
        }).all(found?.no ?? -1)
      const kept = new Uint8Array(mask.length)
      for (const state of states) {
        if (state === 'missing') {
          const present = new Set(rowsOf('present'))
          for (let row = 0; row < kept.length; row++) if (!present.has(row)) kept[row] = 1
        } else for (const row of rowsOf(state)) kept[row] = 1
      }
      intersect(mask, kept)
    }
  },
}
