import { z } from 'zod'
import type { OutputSpec, RowText, TextMetric } from '../types'
import { defineMetric } from '../types'
import { countCharacters, countWords, WORD_RULE } from './words'

/** A unit in which texts are measured, with its rule. */
export interface LengthUnit {
  unit: 'words' | 'characters'
  rule: string
  direction: OutputSpec['direction']
  count(text: string): number
}

export const WORDS: LengthUnit = {
  unit: 'words',
  rule: WORD_RULE,
  direction: 'higher',
  count: countWords,
}

export const CHARACTERS: LengthUnit = {
  unit: 'characters',
  rule: "Unicode code points, as Python's len() counts them.",
  direction: 'none',
  count: countCharacters,
}

const WITH_INPUT =
  'Instruction and input together; nothing is counted for what would join them. A row without an input has the length of its instruction.'
const WITHOUT_INPUT = 'The instruction alone, whatever the input.'

/** Returns the parameter that says which text of a request is looked at, with or without its input. */
export const requestText = (
  what: string,
  { withInput = WITH_INPUT, without = WITHOUT_INPUT } = {},
) =>
  z
    .enum(['with_input', 'instruction'])
    .default('with_input')
    .describe(`${what} with_input: ${withInput} instruction: ${without}`)

type Texts = Partial<Record<RowText, string>>

interface Variant {
  key: string
  label: string
  description: string
  /** Texts whose lengths are added up. */
  of: readonly RowText[]
}

interface Own extends Pick<TextMetric, 'id' | 'label' | 'description' | 'source'> {
  measure: LengthUnit
  /** The first is the default. */
  variants: readonly Variant[]
  /** Name, texts, and the length in each variant. */
  examples: readonly (readonly [string, Texts, Record<string, number>])[]
}

/** Returns a metric that is the length of texts of a row. */
export function lengthMetric({ measure, variants, examples, ...own }: Own): TextMetric {
  const { unit, rule, direction, count } = measure
  const made = variants.map(({ of, ...variant }) => ({
    ...variant,
    output: {
      key: unit,
      label: unit,
      shape: 'scalar' as const,
      dtype: 'f64' as const,
      unit,
      direction,
      directionMeans: 'Longer, which alone is neither harder nor better.',
      description: variant.description,
    },
    measure: (texts: Record<RowText, string>) =>
      of.reduce((sum, name) => sum + count(texts[name]), 0),
  }))
  return defineMetric({
    ...own,
    kind: 'text',
    version: 1,
    formula: `${variants[0]?.of.map((name) => `${unit}(${name})`).join(' + ')}. ${rule}`,
    reads: [...new Set(variants.flatMap(({ of }) => of))],
    variants: made,
    examples: examples.map(([name, texts, expected]) => ({
      name,
      run: () => {
        const all = { instruction: '', input: '', response: '', ...texts }
        return Object.fromEntries(made.map((one) => [one.key, one.measure(all)]))
      },
      expected,
    })),
  }) as TextMetric
}

/** Returns the length of a row's instruction, with its input and without, as a metric. */
export function instructionLength(own: Omit<Own, 'variants'>): TextMetric {
  const { unit } = own.measure
  return lengthMetric({
    ...own,
    variants: [
      {
        key: 'with_input',
        label: `instruction ${unit}`,
        description: WITH_INPUT,
        of: ['instruction', 'input'],
      },
      {
        key: 'instruction',
        label: `instruction ${unit} without input`,
        description: WITHOUT_INPUT,
        of: ['instruction'],
      },
    ],
  })
}
