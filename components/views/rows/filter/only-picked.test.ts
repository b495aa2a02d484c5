import { expect, it } from 'vitest'
import { conditionSchema, type Condition } from '@/lib/contracts/condition'
import { withConditions } from '@/lib/contracts/condition-tree'
import { rowsCondition } from './only-picked'

it('makes one condition of the rows of several files, beside those that are there', () => {
  const picked = [
    { cellId: 'a', idx: 3 },
    { cellId: 'b', idx: 0 },
    { cellId: 'a', idx: 1 },
  ]
  const rows = rowsCondition(picked)
  expect(rows.files).toEqual([
    { cellId: 'a', rows: [3, 1] },
    { cellId: 'b', rows: [0] },
  ])
  const star: Condition = { is: 'marks', kinds: ['star'] }
  expect(withConditions(undefined, rows)).toEqual({ all: [rows] })
  expect(withConditions({ all: [star] }, rows)).toEqual({ all: [star, rows] })
  expect(conditionSchema.parse(withConditions({ not: star }, rows))).toEqual({
    all: [{ not: star }, rows],
  })
})
