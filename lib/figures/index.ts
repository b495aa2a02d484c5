import { AppError } from '@/lib/errors'
import { casePanels } from './case-panels'
import { categoryShares } from './category-shares'
import { difficultyLevels } from './difficulty-levels'
import { distribution } from './distribution'
import { firstTokenProbability } from './first-token-probability'
import { healthRates } from './health-rates'
import { icIfdDensity } from './ic-ifd-density'
import { ifdAgainstIcIfd } from './ifd-against-ic-ifd'
import { ifdDensity } from './ifd-density'
import { lengths } from './lengths'
import { levelTransitions } from './level-transitions'
import { lossDecomposition } from './loss-decomposition'
import { methodRarefaction } from './method-rarefaction'
import { metricAgainstOutcome } from './metric-against-outcome'
import { mndDensity } from './mnd-density'
import { promptCards } from './prompt-cards'
import { resultsOverRounds } from './results-over-rounds'
import { resultsOverSizes } from './results-over-sizes'
import { resultsDumbbell } from './results-dumbbell'
import { resultsHeatMap } from './results-heat-map'
import { operatorEffect } from './operator-effect'
import { operatorMix } from './operator-mix'
import { rewardDots } from './reward-dots'
import { scatter } from './scatter'
import { scoresOverRounds } from './scores-over-rounds'
import { selectorDots } from './selector-dots'
import { setMeasures } from './set-measures'
import { subsetOverlap } from './subset-overlap'
import { describeOptions } from './shared/options'
import { temperatureLines } from './temperature-lines'
import type { Figure, FigureMeta } from './types'
import { winTieLose } from './win-tie-lose'

// The order is the order of the figures page.
const FIGURES: readonly Figure[] = [
  difficultyLevels,
  levelTransitions,
  scoresOverRounds,
  categoryShares,
  healthRates,
  lengths,
  mndDensity,
  ifdDensity,
  icIfdDensity,
  ifdAgainstIcIfd,
  lossDecomposition,
  firstTokenProbability,
  distribution,
  subsetOverlap,
  scatter,
  operatorMix,
  operatorEffect,
  rewardDots,
  casePanels,
  promptCards,
  setMeasures,
  methodRarefaction,
  resultsOverRounds,
  resultsOverSizes,
  temperatureLines,
  winTieLose,
  resultsDumbbell,
  resultsHeatMap,
  selectorDots,
  metricAgainstOutcome,
]

/** Returns every registered figure in the order of the figures page. */
export function listFigures(): readonly Figure[] {
  return FIGURES
}

/** Returns a figure by id; `not_found` names the id. */
export function getFigure(id: string): Figure {
  const figure = FIGURES.find((candidate) => candidate.id === id)
  if (!figure)
    throw new AppError('not_found', `There is no figure "${id}". Choose one of the list.`)
  return figure
}

// Making the JSON schema of options takes longer than preparing a small figure.
const described = new WeakMap<Figure, FigureMeta>()

/** Returns the figure as plain data for the browser: texts and option controls. */
export function describeFigure(figure: Figure): FigureMeta {
  const before = described.get(figure)
  if (before) return before
  const { id, title, description, drawing, question, options } = figure
  const hasDrawnValues = figure.drawn !== undefined
  const meta = {
    id,
    title,
    description,
    drawing,
    question,
    options: describeOptions(options),
    hasDrawnValues,
  }
  described.set(figure, meta)
  return meta
}

/** Returns the options with defaults filled in; `invalid_input` names the field. */
export function parseFigureOptions(figure: Figure, raw: unknown): Record<string, unknown> {
  const parsed = figure.options.safeParse(raw ?? {})
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw new AppError(
    'invalid_input',
    `Option ${issue?.path.join('.') || '(all)'} of ${figure.title}: ${issue?.message ?? 'not valid'}. Remove it from the address to get the default.`,
  )
}
