import { z } from 'zod'
import { throwIfAborted } from '@/lib/errors'
import { SKETCH_FLOATS, sketchOf } from './texts/sketch'
import { exampleRow, stubTools } from './example-tools'
import { requestText } from './texts/length'
import { defineMetric, type MeasuredMetric, type RowResult } from './types'

// A sketch takes some hundredths of a millisecond; a batch leaves room for other jobs after a few milliseconds.
const BATCH_ROWS = 128

const params = z.object({
  text: requestText('What is compared.'),
  n: z.number().int().min(1).max(10).default(3).describe('Words of a sequence.'),
})
type Params = z.infer<typeof params>

const computeBatch: MeasuredMetric<Params>['computeBatch'] = async (rows, chosen, { signal }) => {
  throwIfAborted(signal)
  return rows.map(({ index, instruction, input }): RowResult => {
    const text = chosen.text === 'instruction' ? instruction : `${instruction}\n${input ?? ''}`
    const sketch = sketchOf(text, chosen.n)
    return {
      index,
      status: sketch ? 'ok' : 'not_applicable',
      values: { sketch: sketch && [...sketch] },
    }
  })
}

async function example(instruction: string) {
  const chosen = params.parse({})
  const [result] = (await computeBatch?.([exampleRow({ instruction })], chosen, stubTools())) ?? []
  const sketch = result?.values['sketch'] as number[] | null | undefined
  return {
    sketch: sketch ? sketch.reduce((sum, value) => sum + value, 0) : (result?.status ?? null),
  }
}

/** What is kept of a row's wording, by which near copies are found in all files. */
export const wording = defineMetric<Params>({
  kind: 'measured',
  id: 'wording',
  version: 1,
  label: 'Wording',
  description:
    'A sketch of the word sequences of a row, by which copies that differ in some words are found, across files too (Rows, Copies).',
  formula:
    'For each of 128 hash functions, eight bits of the least hash among the sequences of n words. Two rows agree in about as many of them as the share of sequences that they have in common (Jaccard). A text of fewer words is one sequence.',
  source: 'MinHash of Broder (1997), b bits each as of Li and König (2010)',
  scope: 'row',
  needs: [],
  inputs: { response: false, parent: false },
  onDemand: true,
  params,
  outputs: [
    {
      key: 'sketch',
      label: 'wording sketch',
      shape: 'vector',
      length: SKETCH_FLOATS,
      dtype: 'f32',
      unit: '',
      direction: 'none',
      directionMeans: 'Neither way is better.',
      description: '128 numbers of eight bits, three in each entry.',
      hidden: true,
    },
  ],
  prompts: () => [],
  batchRows: BATCH_ROWS,
  computeBatch,
  examples: [
    {
      name: 'passes over case and punctuation',
      run: async () => ({
        apart:
          (await example('Add the numbers.')).sketch === (await example('add THE numbers')).sketch
            ? 0
            : 1,
      }),
      expected: { apart: 0 },
    },
    {
      name: 'a text without words has none',
      run: () => example('?!'),
      expected: { sketch: 'not_applicable' },
    },
  ],
})
