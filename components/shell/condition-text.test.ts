import { describe, expect, it } from 'vitest'
import { conditionText } from './condition-text'
import { filterChips } from './filter-chips'
import { rowFilterSchema } from '@/lib/contracts/filter'
import type { Condition } from '@/lib/contracts/condition'

const names = { study: undefined, exports: new Map([['e1', 'hard']]) }
const star: Condition = { is: 'marks', kinds: ['star'] }
const range: Condition = { is: 'range', column: 'mnd.mnd', min: 0.5, max: null, missing: false }

describe('conditions in words', () => {
  it.each<[Condition, string]>([
    [{ all: [range, { not: star }] }, 'mnd.mnd ≥ 0.500 and not (Starred)'],
    [
      { any: [{ all: [range, star] }, { is: 'export', id: 'e1', inside: false }] },
      '(mnd.mnd ≥ 0.500 and Starred) or Not in export "hard"',
    ],
    [{ any: [{ off: range }, star] }, 'Starred'],
    [{ not: { any: [range, star] } }, 'not (mnd.mnd ≥ 0.500 or Starred)'],
    [{ any: [] }, 'no row'],
    [{ is: 'rows', files: [{ cellId: 'a', rows: [1, 2] }] }, '2 picked rows'],
  ])('%j', (where, text) => {
    expect(conditionText(where, names)).toBe(text)
  })

  it('are chips, each with the filter that is left without it', () => {
    const filter = rowFilterSchema.parse({
      where: { all: [range, { off: star }] },
      sample: { rows: 1500, seed: 7 },
    })
    const chips = filterChips(filter, undefined)
    expect(chips.map(({ text }) => text)).toEqual([
      'mnd.mnd ≥ 0.500',
      'Off: Starred',
      'Sample of 1,500 rows, random seed 7',
    ])
    expect(chips[0]?.without).toEqual({ where: { all: [{ off: star }] } })
    expect(chips[2]?.without).toEqual({ sample: undefined })
  })
})
