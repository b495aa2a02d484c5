import { z } from 'zod'
import { defineMetric, type MeasuredMetric, type Metric } from '../types'

/** The hashed parameters of imported values: nobody knows how they were made, and the card says so. */
const unknown = z.object({
  definition: z
    .literal('not known')
    .default('not known')
    .describe('How the values were computed is not written in the file.'),
})

type Own<P> = Pick<
  MeasuredMetric<P>,
  | 'id'
  | 'label'
  | 'description'
  | 'formula'
  | 'source'
  | 'outputs'
  | 'outputsFor'
  | 'instanceOf'
  | 'examples'
>

/** Returns a metric whose values come with files and are never computed here. */
export function importedMetric<P = z.infer<typeof unknown>>(
  own: Own<P> & { params?: z.ZodType<P> },
): Metric {
  return defineMetric({
    params: unknown as unknown as z.ZodType<P>,
    ...own,
    kind: 'measured',
    isImported: true,
    version: 1,
    scope: 'row',
    needs: [],
    inputs: { response: false, parent: false },
    prompts: () => [],
    batchRows: 1,
  })
}
