import { z } from 'zod'
import { CASES_FIGURE, DRAWN_SEEDS, seedsIn, type LineageStory } from '@/lib/contracts/lineage'
import { publishedCases, publishedSource } from '@/lib/paper/published'
import { caseOf, MOST_ROWS, shownSteps, type Case, type CasesPrepared } from './shared/cases'
import { casesAltText, casesReading, casesTable, panelsOf } from './shared/cases-text'
import { exampleCases } from './shared/example-cases'
import { amount, choice, paperOption } from './shared/options'
import { list } from './shared/text'
import { defineFigure, type FigureData, type SeriesCount } from './types'

const WORDS = 'instruction_words.instruction'
const VALUES = ['difficulty_level.level', 'difficulty_score.score']

/** Characters of all panels together, so that a reply stays below 100 KB, and bounds for one. */
const ALL_CHARACTERS = 50_000
const PANEL_CHARACTERS = { least: 200, most: 2_000 }

const options = z.object({
  seeds: z
    .string()
    .max(1_000)
    .default('')
    .refine((text) => (seedsIn(text)?.length ?? DRAWN_SEEDS + 1) <= DRAWN_SEEDS, {
      message: `write up to ${DRAWN_SEEDS} seeds as position~seed set, for example 12~alpaca 40~gsm8k-train`,
    })
    .meta({
      title: 'Seeds',
      description: `Up to ${DRAWN_SEEDS} seeds as position~seed set, counted from 0: 12~alpaca 40~gsm8k-train. Without any, the first two that the filter leaves. Pinned seeds of the lineage page come here.`,
    }),
  rounds: choice(
    { all: 'All', first: 'First', last: 'Last' },
    { title: 'Rounds', description: 'Which rounds of each evolver are shown.', inline: true },
  ),
  against: choice(
    { parent: 'Parent', seed: 'Seed' },
    {
      title: 'Compared with',
      description:
        'The text against which words are marked and counted as added: the row that it was made from, or the seed.',
      inline: true,
    },
  ),
  least: amount({
    title: 'Fewest added words',
    description: 'What the prompts of the depth operators ask for: 10 in the paper.',
    default: 10,
    min: 0,
    max: 100,
    step: 1,
  }),
  most: amount({
    title: 'Most added words',
    description: 'What the prompts of the depth operators allow: 20 in the paper.',
    default: 20,
    min: 0,
    max: 200,
    step: 1,
  }),
  ...paperOption("Adds the paper's word counts (Figures 8 and 9) as a reference"),
})
type Options = z.infer<typeof options>

function countsOf(stories: readonly LineageStory[], cases: readonly Case[]): SeriesCount[] {
  const counts = new Map<string, SeriesCount>()
  for (const { panel } of panelsOf(cases)) {
    const { arm, round, selection } = panel
    const seedSetKey = selection.seedSetKey ?? ''
    const seriesKey = `${seedSetKey}/${arm.key}/${round}`
    const before = counts.get(seriesKey)
    const n = (before?.n ?? 0) + 1
    const label = `${seedSetKey}, ${arm.label}, round ${round}`
    const run = { runId: null, definitionHash: '' }
    const rows = { n, valued: n, missing: {}, done: n, total: n }
    counts.set(seriesKey, { seriesKey, label, arm: arm.key, seedSetKey, round, ...run, ...rows })
  }
  return stories.length > 0 ? [...counts.values()] : []
}

function publishedNote({ paper }: Options): string[] {
  if (!paper) return []
  const words = publishedCases().map(
    ({ figure, operator, seedSet, seed, llm, slm }) =>
      `Figure ${figure} (${operator}, ${seedSet}): seed ${seed} words, large ${llm} (+${llm - seed}), small ${slm} (+${slm - seed})`,
  )
  return [`Published: ${publishedSource('scores').paper}, ${list(words)}.`]
}

function prepare(data: FigureData, chosen: Options): CasesPrepared {
  const cases = data.cases ?? { stories: [], arms: [], seedSets: [], runs: [] }
  const { stories } = cases
  const n = stories.reduce((sum, story) => sum + Math.min(MOST_ROWS, story.steps.length), 0)
  const { least, most } = PANEL_CHARACTERS
  const share = Math.floor(ALL_CHARACTERS / Math.max(1, n))
  const characters = Math.min(most, Math.max(least, share))
  const given = { data, cases, chosen, characters, words: WORDS, values: VALUES }
  const drawn = stories.map((story) => caseOf(story, given))
  const panels = panelsOf(drawn)
  const left = stories.filter((story) => shownSteps(story, chosen).length > MOST_ROWS)
  const arms = new Map(panels.map(({ panel }) => [panel.arm.key, panel.arm]))
  return {
    arms: [...arms.values()],
    counts: countsOf(stories, drawn),
    conflicts: [],
    cases: drawn,
    against: chosen.against,
    budget: { least: chosen.least, most: chosen.most },
    notes: [
      `Words are marked against the ${chosen.against}: added ones underlined, removed ones struck out.${
        chosen.against === 'parent'
          ? ` The budget is ${chosen.least} to ${chosen.most} added words; breadth has none, and rows whose operator is not known are not judged.`
          : ''
      }`,
      ...(panels.some(({ panel }) => panel.isCut)
        ? [`Texts of more than ${characters} characters are cut (…).`]
        : []),
      ...left.map(
        ({ slot, seedSetKey }) =>
          `Seed ${slot} of ${seedSetKey} has more than ${MOST_ROWS} rows; the first ${MOST_ROWS} are shown.`,
      ),
      ...publishedNote(chosen),
    ],
  }
}

/** Seeds and what each evolver made of them, word by word. */
export const casePanels = defineFigure<Options, CasesPrepared>({
  id: CASES_FIGURE,
  title: 'Case studies',
  description:
    'Chosen seeds with the text of each evolver: words marked against the parent or the seed, added words and whether they keep to the budget of the prompt.',
  drawing: 'cases',
  question: 'source',
  options,
  columns: () => [WORDS, ...VALUES],
  needsCases: ({ seeds }) => seedsIn(seeds) ?? [],
  prepare,
  table: casesTable,
  reading: casesReading,
  altText: casesAltText,
  example: () => ({ data: exampleCases(WORDS, VALUES), options: {} }),
})
