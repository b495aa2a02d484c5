import { z } from 'zod'
import { exampleData, exampleInfo, noise } from './shared/example'
import { measureRowsFigure } from './shared/measure-rows'
import { choice, panelOptions, statisticOption } from './shared/options'

const options = z.object({
  instruction: choice(
    { with_input: 'With the input', instruction: 'Instruction alone' },
    { title: 'Instruction', description: 'Whether the words of the input are counted as well.' },
  ),
  ...statisticOption,
  ...panelOptions,
})
type Options = z.infer<typeof options>

const LENGTHS = [
  { column: 'instruction_words.with_input', label: 'Instruction words', base: 20, slope: 6 },
  { column: 'instruction_words.instruction', label: 'Instruction words', base: 14, slope: 5 },
  { column: 'added_words.words', label: 'Added words', base: 12, slope: 2 },
  { column: 'response_words.words', label: 'Response words', base: 110, slope: 15 },
]

/** How long instructions and responses are, and what each round adds. */
export const lengths = measureRowsFigure<Options>({
  id: 'lengths',
  title: 'Lengths',
  description:
    'Words of the instruction, words added to the parent and words of the response per round and evolver.',
  question: 'healthy',
  options,
  rowName: 'Length',
  measure: 'Length',
  unit: 'words',
  rows: ({ instruction }) =>
    LENGTHS.filter(
      ({ column }) =>
        !column.startsWith('instruction_words') || column === `instruction_words.${instruction}`,
    ),
  example: () => ({
    data: exampleData(
      LENGTHS.map(({ column, label, base, slope }) => ({
        info: exampleInfo(column, label, { unit: 'words' }),
        row: (row: Parameters<typeof noise>[0], out: Float64Array) => {
          out[0] = Math.max(0, Math.round(base + slope * row.hardness + 3 * noise(row)))
        },
      })),
    ),
    options: {},
  }),
})
