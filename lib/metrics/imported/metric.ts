import { z } from 'zod'
import { IMPORTED_VALUES } from '@/lib/contracts/imported-values'
import { defineMetric, type MeasuredMetric, type Metric, type OutputSpec } from '../types'

/** The hashed definition of imported values: nobody knows how they were made, and the card says so. */
export const UNKNOWN_DEFINITION = z
  .literal('not known')
  .default('not known')
  .describe('How the values were computed is not written in the file.')

const unknown = z.object({ definition: UNKNOWN_DEFINITION })

type Own<P> = Pick<
  MeasuredMetric<P>,
  | 'id'
  | 'label'
  | 'description'
  | 'formula'
  | 'source'
  | 'outputsFor'
  | 'instanceOf'
  | 'set'
  | 'examples'
>

/** The known columns of files that this metric shows. */
function knownOutputs(metric: string): OutputSpec[] {
  return IMPORTED_VALUES.filter((spec) => spec.metric === metric).map(({ output, column }) => ({
    ...column,
    key: output,
    shape: 'scalar',
    dtype: 'f64',
  }))
}

/** Returns a metric whose values come with files and are never computed here; its outputs are those of the known columns unless given. */
export function importedMetric<P = z.infer<typeof unknown>>(
  own: Own<P> & { params?: z.ZodType<P>; outputs?: readonly OutputSpec[] },
): Metric {
  return defineMetric({
    params: unknown as unknown as z.ZodType<P>,
    outputs: knownOutputs(own.id),
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
