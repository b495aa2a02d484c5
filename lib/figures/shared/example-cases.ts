import type { LineageStep, LineageStory } from '@/lib/contracts/lineage'
import type { FigureData } from '../types'
import { exampleInfo } from './example'

const LEVELS = ['very easy', 'easy', 'medium', 'hard', 'very hard']
const SEED_SET = 'alpaca'
const ARMS = [
  { key: 'small-8b', label: 'Small 8B', armClass: 'small', colorIndex: 0 },
  { key: 'large-70b', label: 'Large 70B', armClass: 'large', colorIndex: 1 },
] as const

interface ExampleStep {
  arm: string | null
  round: number
  operator: string | null
  words: number
  level: number
  text: string
}

const ENGLISH: readonly ExampleStep[] = [
  {
    arm: null,
    round: 0,
    operator: null,
    words: 6,
    level: 1,
    text: 'Suggest three ways to save water.',
  },
  {
    arm: 'small-8b',
    round: 1,
    operator: 'constraints',
    words: 35,
    level: 3,
    text: 'Suggest three ways for a household of four in a dry region to save water, each without new appliances, ordered by the litres that it saves in a month, with an estimate of its cost.',
  },
  {
    arm: 'large-70b',
    round: 1,
    operator: 'constraints',
    words: 18,
    level: 2,
    text: 'Suggest three ways to save water at home, each of which costs nothing and works in a flat.',
  },
]

// No blanks, a long word and signs of HTML: a drawing must wrap the first two and show the last as it is.
const MIXED: readonly ExampleStep[] = [
  {
    arm: null,
    round: 0,
    operator: null,
    words: 9,
    level: 2,
    text: '写一首关于春天的诗。',
  },
  {
    arm: 'small-8b',
    round: 1,
    operator: null,
    words: 34,
    level: 4,
    text: '写一首关于春天的七言诗，每句押韵，并在最后一句提到故乡的小河与远方的朋友。',
  },
  {
    arm: 'large-70b',
    round: 1,
    operator: 'breadth',
    words: 6,
    level: 3,
    text: 'Explain Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft in one <b>short</b> sentence.',
  },
]

function storyOf(
  slot: number,
  steps: readonly ExampleStep[],
  ids: readonly string[],
): LineageStory {
  const cellOf = (step: ExampleStep) => `${step.arm ?? 'seeds'}-${step.round}`
  return {
    seedSetKey: SEED_SET,
    slot,
    hasSeed: true,
    steps: steps.map((step): LineageStep => {
      const [words = '', level = ''] = ids
      return {
        cellId: cellOf(step),
        seedSetKey: SEED_SET,
        idx: slot,
        round: step.round,
        armKey: step.arm,
        operator: step.operator,
        slot,
        instruction: step.text,
        input: null,
        response: null,
        flags: [],
        marks: [],
        tags: [],
        note: null,
        values: {
          [words]: { value: step.words, status: 'ok' },
          [level]: { value: step.level, status: 'ok' },
        },
        parent: step.arm === null ? null : { cellId: 'seeds-0', idx: slot },
        confidence: step.arm === null ? null : 1,
        operatorSource: null,
        isCut: false,
        more: 0,
      }
    }),
  }
}

/** Returns two made-up seeds with what two evolvers made of them; `words` and the first of `values` are the columns that have values. */
export function exampleCases(words: string, values: readonly string[]): FigureData {
  const [level = ''] = values
  const infos = [
    exampleInfo(words, 'Instruction words', { unit: 'words' }),
    ...values.map((id) =>
      exampleInfo(id, 'Difficulty level', { levels: id === level ? LEVELS : null }),
    ),
  ]
  return {
    series: [],
    columns: Object.fromEntries(infos.map((info) => [info.id, info])),
    cases: {
      stories: [storyOf(12, ENGLISH, [words, level]), storyOf(40, MIXED, [words, level])],
      arms: ARMS,
      seedSets: [{ key: SEED_SET, label: 'Alpaca' }],
      runs: [{ runId: 'example', definitionHash: 'example', model: null }],
    },
  }
}
