import { flatMapping } from '../shared/flat-mapping'
import { readFlatRow } from '../shared/flat-row'
import { defineFormat } from '../types'

/** Any other flat objects and tables; the columns are suggested by name and chosen by the user. */
export const generic = defineFormat({
  id: 'generic',
  label: 'Table with chosen columns',
  description:
    'Flat objects or a table; you choose which column is the instruction and which the response.',
  family: 'flat',
  fits: (value) => Object.values(value).some((cell) => typeof cell === 'string'),
  mapping: flatMapping,
  toCanonical: readFlatRow,
})
