import type { Db } from '@/db/client'
import { isCoded } from '@/lib/contracts/column-kinds'
import { errorCode, errorMessage } from '@/lib/errors'
import { columnsOwner } from '@/lib/metrics'
import { KINDS } from '@/lib/metrics/imported/kinds'
import type { MeasuredMetric, OutputSpec, RowResult } from '@/lib/metrics/types'
import { ValueNumbers } from '@/lib/services/columns/add-values'

const REMEDY = {
  words: 'Ask for tags of a short list, or for a text.',
  values: 'Ask for a shorter answer, or for a choice.',
}

/** Replaces the values themselves of results by their numbers in the study's list of the column's distinct values. */
export type NumberValues = (results: readonly RowResult[]) => Promise<RowResult[]>

/** Returns what numbers the values of a run; a row whose values the column has no room for is an `error` of that row. */
export function numberValues(
  db: Db,
  studyId: string,
  metric: MeasuredMetric,
  params: unknown,
  outputs: readonly OutputSpec[],
): NumberValues {
  const output = outputs.find(({ shape, words }) => isCoded(shape) && !words)
  if (!output || !isCoded(output.shape)) return async (results) => [...results]
  const { key, label, shape } = output
  const { id } = columnsOwner(metric, params)
  const column = { name: label, metricId: id, limit: KINDS[shape].limit, remedy: REMEDY }
  const numbers = new ValueNumbers(db, studyId, column)

  const number: NumberValues = async (results) => {
    const coded = results.filter((result) => result.coded !== undefined)
    try {
      const found = await numbers.add(coded.map((result) => JSON.stringify(result.coded?.[key])))
      const numberOf = new Map(coded.map(({ index }, at) => [index, found[at] as number]))
      return results.map(({ coded: own, ...result }) =>
        own
          ? { ...result, values: { ...result.values, [key]: numberOf.get(result.index) ?? null } }
          : result,
      )
    } catch (error) {
      if (errorCode(error) !== 'data_error') throw error
      const [only] = results
      if (results.length === 1 && only) {
        const detail = { ...only.detail, message: errorMessage(error) }
        return [{ index: only.index, status: 'error', values: {}, detail }]
      }
      const one: RowResult[] = []
      for (const result of results) one.push(...(await number([result])))
      return one
    }
  }
  return number
}
