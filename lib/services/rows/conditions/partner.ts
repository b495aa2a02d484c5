import type { PartnerFilter } from '@/lib/contracts/column-filter'
import { keepPartnered } from '../partners'
import { checkRange } from '../words'
import type { ConditionKind } from './types'
import { warmColumn } from './warm-column'

export const partner: ConditionKind<PartnerFilter> = {
  warm: warmColumn,
  open({ db, reader, cells }, filter) {
    checkRange(reader, filter)
    return (mask, cell) => keepPartnered(db, reader, cells, { cell, filter, mask })
  },
}
