import { expect, it } from 'vitest'
import { autoIfReason } from './autoif-words'

it('says a reason, and each of several repairs, in words; a code of others is left to others', () => {
  expect(autoIfReason('no_case_confirmed')).toBe('no function confirms a case')
  expect(autoIfReason('trailing_comma+case_lists')).toBe('comma before a bracket; cases as lists')
  expect(autoIfReason('trailing_comma+unknown')).toBeNull()
  expect(autoIfReason('truncated')).toBeNull()
})
