import { expect, it } from 'vitest'
import { reasonText } from './words'

it('says why a reply of Auto Evol-Instruct gave no row, and what was mended', () => {
  expect(reasonText('no_final_header')).toBe('no header of the final instruction')
  expect(reasonText('no_plan_header+other_header')).toBe(
    'no header of the plan, so no methods; header in another form',
  )
})
