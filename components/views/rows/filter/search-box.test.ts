import { expect, it } from 'vitest'
import { rowFilterSchema } from '@/lib/contracts/filter'
import { patchOf, searchOf } from './search-box'

it.each([
  { text: 'plain' },
  { find: { is: 'text', text: 'Plain', matchCase: true } },
  { find: { is: 'text', text: 'plain', in: 'input' } },
  { find: { is: 'words', query: 'evol* -not', in: 'response' } },
  { find: { is: 'regex', pattern: '^a', ignoreCase: true } },
  { find: { is: 'regex', pattern: 'A|b' } },
  {},
])('a search of the filter comes back as it went into the box: %j', (part) => {
  const { text, find } = rowFilterSchema.parse(part)
  const search = searchOf({ text, ...(find ? { find } : {}) })
  // As the address holds it, in which what is undefined is left out.
  expect(JSON.stringify(patchOf(search))).toBe(JSON.stringify({ text, find }))
})
