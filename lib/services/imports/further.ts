import type { FurtherColumn } from '@/lib/contracts/study'
import { pointerStep } from '@/lib/formats/containers/json-exact'
import { valueAt } from '@/lib/formats/shared/column-path'
import type { CanonicalRow, ColumnMapping } from '@/lib/formats/types'
import { guessKind } from '@/lib/metrics/imported/guess'
import { readKind, type RawValue } from '@/lib/metrics/imported/kinds'

/** Values and characters of each that the mapping shows of a column. */
const SAMPLES = 3
const SAMPLE_CHARACTERS = 60
/** Columns that are listed; a file of more is a matrix, and its columns can still be named. */
const MAX_COLUMNS = 200

/** What the rows of the head keep beside their texts. */
export type HeadRow = Pick<CanonicalRow, 'extra' | 'literals'>

function sampleOf({ raw, literal }: RawValue): string {
  const text = literal ?? (typeof raw === 'string' ? raw : JSON.stringify(raw))
  return text.length > SAMPLE_CHARACTERS ? `${text.slice(0, SAMPLE_CHARACTERS)}…` : text
}

/** Returns what each column that the mapping leaves over could be imported as; those that no kind can read are absent. */
export function furtherColumns(rows: readonly HeadRow[], mapping: ColumnMapping): FurtherColumn[] {
  const mapped = new Set<unknown>(Object.values(mapping))
  const columns = new Set(rows.flatMap(({ extra }) => Object.keys(extra ?? {})))
  return [...columns]
    .filter((column) => !mapped.has(column))
    .slice(0, MAX_COLUMNS)
    .flatMap((column): FurtherColumn[] => {
      const values = rows.flatMap(({ extra, literals }): RawValue[] => {
        const value = {
          raw: extra ? valueAt(extra, column) : undefined,
          literal: literals?.[pointerStep(column)],
        }
        const read = readKind('text', value)
        return 'status' in read && read.status === 'not_in_file' ? [] : [value]
      })
      const guess = guessKind(values)
      if (!guess) return []
      const samples = new Set(values.map((value) => JSON.stringify(value.literal ?? value.raw)))
      const shown = new Set(values.map(sampleOf))
      return [
        {
          column,
          ...guess,
          samples: [...shown].slice(0, SAMPLES),
          distinct: samples.size,
          rows: values.length,
        },
      ]
    })
}

/** Returns whether any row of the head keeps something under the column's name, or at its place inside another. */
export function isKept(rows: readonly HeadRow[], column: string): boolean {
  return rows.some(({ extra }) => extra !== null && valueAt(extra, column) !== undefined)
}
