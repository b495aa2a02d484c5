import type { ValueFilter } from '@/lib/contracts/column-filter'
import { wordFilter } from '../words'
import type { ConditionKind } from './types'
import { warmColumn } from './warm-column'

export const values: ConditionKind<ValueFilter> = {
  warm: warmColumn,
  open: ({ reader }, atom) => wordFilter(reader, atom),
}
