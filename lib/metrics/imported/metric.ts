import { z } from 'zod'
import { defineMetric, type MeasuredMetric, type Metric } from '../types'

/** The hashed parameters of imported values: nobody knows how they were made, and the card says so. */
const params = z.object({
  definition: z
    .literal('not known')
    .default('not known')
    .describe('How the values were computed is not written in the file.'),
})

type Own = Pick<
  MeasuredMetric,
  'id' | 'label' | 'description' | 'formula' | 'source' | 'outputs' | 'examples'
>

/** Returns a metric whose values come with files and are never computed here. */
export function importedMetric(own: Own): Metric {
  return defineMetric({
    ...own,
    kind: 'measured',
    isImported: true,
    version: 1,
    scope: 'row',
    needs: [],
    inputs: { response: false, parent: false },
    params,
    prompts: () => [],
    batchRows: 1,
  })
}
