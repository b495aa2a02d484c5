import { z } from 'zod'
import { exampleData, exampleInfo, noise } from './shared/example'
import { measureRowsFigure } from './shared/measure-rows'
import { choice, panelOptions, statisticOption } from './shared/options'

const LOSSES = [
  { metric: 'instruction_loss', label: 'L(x)', base: 0.9 },
  { metric: 'response_loss', label: 'L(y)', base: 0.7 },
  { metric: 'conditional_loss', label: 'L(y|x)', base: 0.4 },
]

const options = z.object({
  variant: choice(
    { strict: 'Strict', reference: 'Reference' },
    {
      title: 'Mode',
      description: 'Which tokens are scored. Modes never mix on one axis.',
      inline: true,
    },
  ),
  ...statisticOption,
  ...panelOptions,
})
type Options = z.infer<typeof options>

/** The three losses behind IFD and IC-IFD over the rounds. */
export const lossDecomposition = measureRowsFigure<Options>({
  id: 'loss-decomposition',
  title: 'Losses of instruction and response',
  description:
    'The three losses behind IFD and IC-IFD per round and evolver: of the instruction L(x), of the response alone L(y), and of the response after the instruction L(y|x).',
  question: 'worth',
  options,
  rowName: 'Loss',
  measure: 'Loss a token',
  unit: 'nat',
  rows: ({ variant }) =>
    LOSSES.map(({ metric, label }) => ({ column: `${metric}.${variant}`, label })),
  note: 'Losses depend on the scoring model and its tokenizer: never compare across models.',
  example: () => ({
    data: exampleData(
      LOSSES.flatMap(({ metric, label, base }) =>
        ['strict', 'reference'].map((variant) => ({
          info: exampleInfo(`${metric}.${variant}`, label, { unit: 'nat' }),
          row: (row: Parameters<typeof noise>[0], out: Float64Array) => {
            if (row.random.next() < 0.01) return 'no_response' as const
            out[0] = Math.exp(base - 0.06 * row.hardness + 0.3 * noise(row))
          },
        })),
      ),
    ),
    options: {},
  }),
})
