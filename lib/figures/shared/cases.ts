import type { LineageStep, LineageStory } from '@/lib/contracts/lineage'
import { parentOf, stepValues } from '@/lib/contracts/lineage-text'
import { SEEDS_KEY, SEEDS_LABEL } from '@/lib/contracts/seeds'
import { diffTexts } from '@/lib/contracts/text-diff'
import { labelOf } from './text'
import type { ArmMark, FigureCases, FigureData, FigureSelection, PreparedCommon } from '../types'

/** Rows of one seed: two evolvers over three rounds with room to spare. */
export const MOST_ROWS = 24

/** One text of a case. */
export interface CasePanel {
  arm: ArmMark
  round: number
  operator: string | null
  /** Row of its file. */
  row: number
  parts: { kind: 'same' | 'added' | 'removed'; text: string }[]
  /** Only the beginning is shown. */
  isCut: boolean
  /** The seed's input; null elsewhere, since evolvers keep it. */
  input: string | null
  words: number | null
  /** Words more than the text it is compared with; null where there is none. */
  added: number | null
  /** null where the operator has no budget, or is not known. */
  budget: 'under' | 'within' | 'over' | null
  /** Values in words, and what is missing. */
  facts: string[]
  selection: FigureSelection
}

/** A seed and what evolvers made of it. */
export interface Case {
  key: string
  title: string
  /** null where the seed itself is not in the study. */
  origin: CasePanel | null
  /** Evolved texts by round. */
  rounds: { round: number; panels: CasePanel[] }[]
}

/** What case panels are drawn from. */
export interface CasesPrepared extends PreparedCommon {
  cases: Case[]
  against: 'parent' | 'seed'
  budget: { least: number; most: number }
}

function wordsOf({ values }: LineageStep, column: string): number | null {
  const value = values[column]?.value
  return typeof value === 'number' ? value : null
}

/** As the metric of the word budget: breadth has none, and what is not known is not judged. */
function budgetOf(added: number | null, operator: string | null, { least, most }: CaseChoices) {
  if (added === null || operator === null || operator === 'breadth') return null
  if (added > most) return 'over'
  return added < least ? 'under' : 'within'
}

/** The beginning of a marked text. */
function cutParts(parts: CasePanel['parts'], characters: number) {
  const kept: CasePanel['parts'] = []
  let left = characters
  for (const { kind, text } of parts) {
    // A pair of surrogates is one letter: cutting by letters leaves no half of it.
    const shown =
      text.length <= left
        ? text
        : Array.from(text.slice(0, left + 1))
            .slice(0, -1)
            .join('')
    if (shown !== '') kept.push({ kind, text: shown })
    left -= text.length
    if (left < 0) return { parts: kept, isCut: true }
  }
  return { parts: kept, isCut: false }
}

/** Which texts are compared, and the budget of added words. */
interface CaseChoices {
  rounds: 'all' | 'first' | 'last'
  against: 'parent' | 'seed'
  least: number
  most: number
}

interface Drawn {
  data: FigureData
  cases: FigureCases
  chosen: CaseChoices
  /** Most characters of a text. */
  characters: number
  /** Column of the number of words, and columns that are told in words. */
  words: string
  values: readonly string[]
}

function armOf(cases: FigureCases, { armKey }: LineageStep): ArmMark {
  if (armKey === null) return { key: SEEDS_KEY, label: SEEDS_LABEL, colorIndex: null }
  const arm = cases.arms.find(({ key }) => key === armKey)
  return { key: armKey, label: arm?.label ?? armKey, colorIndex: arm?.colorIndex ?? 0 }
}

function panelOf(story: LineageStory, step: LineageStep, drawn: Drawn): CasePanel {
  const { data, cases, chosen, characters } = drawn
  const isSeed = step.armKey === null
  const parent = parentOf(story, step)
  const seed = story.steps.find(({ armKey }) => armKey === null) ?? null
  const base = isSeed ? null : chosen.against === 'seed' ? seed : parent
  const parts = (base && diffTexts(base.instruction, step.instruction)) ?? [
    { kind: 'same' as const, text: step.instruction },
  ]
  const words = wordsOf(step, drawn.words)
  const before = base && wordsOf(base, drawn.words)
  const added = words !== null && before !== null ? words - before : null
  const shown = drawn.values.flatMap((id) => data.columns[id] ?? [])
  const missing = isSeed || base ? [] : [`the ${chosen.against} is not in the study`]
  return {
    arm: armOf(cases, step),
    round: step.round,
    operator: step.operator,
    row: step.idx,
    ...cutParts(parts, characters),
    input:
      isSeed && step.input !== null && step.input !== '' ? step.input.slice(0, characters) : null,
    words,
    added,
    // The budget is that of one step: it says nothing about several rounds together.
    budget: chosen.against === 'parent' ? budgetOf(added, step.operator, chosen) : null,
    facts: [...stepValues(step, shown).filter((line) => !line.includes(': missing (')), ...missing],
    selection: {
      column: null,
      min: null,
      max: null,
      seedSetKey: step.seedSetKey,
      armKey: step.armKey ?? SEEDS_KEY,
      round: step.round,
    },
  }
}

/** Returns the evolved rows of a seed in the chosen rounds. */
export function shownSteps({ steps }: LineageStory, { rounds }: CaseChoices): LineageStep[] {
  const evolved = steps.filter(({ armKey }) => armKey !== null)
  if (rounds === 'all') return evolved
  const end = rounds === 'first' ? Math.min : Math.max
  return evolved.filter((step) => {
    const own = evolved.filter(({ armKey }) => armKey === step.armKey)
    return step.round === end(...own.map(({ round }) => round))
  })
}

/** Returns a seed with its texts compared and counted. */
export function caseOf(story: LineageStory, drawn: Drawn): Case {
  const { seedSetKey, slot } = story
  const seed = story.steps.find(({ armKey }) => armKey === null)
  const panels = shownSteps(story, drawn.chosen)
    .slice(0, MOST_ROWS)
    .map((step) => panelOf(story, step, drawn))
  const rounds = [...new Set(panels.map(({ round }) => round))].sort((a, b) => a - b)
  return {
    key: `${slot}~${seedSetKey}`,
    title: `${labelOf(drawn.cases.seedSets, seedSetKey)}, seed ${slot}`,
    origin: seed ? panelOf(story, seed, drawn) : null,
    rounds: rounds.map((round) => ({
      round,
      panels: panels.filter((panel) => panel.round === round),
    })),
  }
}
