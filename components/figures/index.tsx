'use client'

import type { ComponentType } from 'react'
import type { FigureDrawing } from '@/lib/contracts/figure'
import type { CasesPrepared } from '@/lib/figures/shared/cases'
import { casesMarkdown } from '@/lib/figures/shared/cases-text'
import type { DensityPrepared } from '@/lib/figures/shared/density'
import type { DotsPrepared } from '@/lib/figures/shared/dots'
import type { DifficultyLevelsPrepared } from '@/lib/figures/shared/levels'
import type { LinesPrepared } from '@/lib/figures/shared/lines'
import type { OutcomesPrepared } from '@/lib/figures/win-tie-lose'
import type { MatrixPrepared } from '@/lib/figures/shared/matrix'
import type { OverlapPrepared } from '@/lib/figures/shared/overlap'
import type { PointsPrepared } from '@/lib/figures/shared/points'
import { promptCardsMarkdown, type PromptCardsPrepared } from '@/lib/figures/shared/prompt-cards'
import type { PreparedCommon } from '@/lib/figures/types'
import type { ForestPrepared } from '@/lib/contracts/compare-figure'
import { OutcomeBars, OutcomeLegend } from './bars'
import { CasePanels, CasesLegend } from './cases'
import { Density } from './density'
import { Dots } from './dots'
import { Forest } from './forest'
import { DifficultyLevels } from './levels'
import { ArmLegend, LevelsLegend, PaperItem } from './legend'
import { ScoresOverRounds } from './lines'
import { Matrix, MatrixLegend } from './matrix'
import { Points, PointsLegend } from './points'
import { PromptCards } from './prompts'
import { Sets, SetsLegend } from './sets'

/** How figures are drawn: the chart and its legend, both from prepare's output. */
interface Drawing {
  Chart: ComponentType<{ prepared: PreparedCommon }>
  Legend: ComponentType<{ prepared: PreparedCommon }>
  /** What is drawn as Markdown, where it is text. */
  markdown?: (prepared: PreparedCommon) => string
}

function drawing<P extends PreparedCommon>(
  Chart: ComponentType<{ prepared: P }>,
  Legend: ComponentType<{ prepared: P }>,
  markdown?: (prepared: P) => string,
): Drawing {
  return { Chart, Legend, ...(markdown ? { markdown } : {}) } as unknown as Drawing
}

/** Every drawing that figures name as theirs; a new one is a word in lib/contracts/figure.ts and an entry here. */
const DRAWINGS: Record<FigureDrawing, Drawing> = {
  curves: drawing<DensityPrepared>(Density, ({ prepared }) => (
    <ArmLegend prepared={prepared} kind="line" />
  )),
  bars: drawing<OutcomesPrepared>(OutcomeBars, OutcomeLegend),
  cases: drawing<CasesPrepared>(CasePanels, CasesLegend, casesMarkdown),
  dots: drawing<DotsPrepared>(Dots, ({ prepared }) => (
    <>
      <ArmLegend prepared={prepared} kind="line" />
      {prepared.marks.some((mark) => mark.published !== null) ? (
        <PaperItem kind="line" source={prepared.overlay.source} />
      ) : null}
    </>
  )),
  forest: drawing<ForestPrepared>(Forest, () => null),
  levels: drawing<DifficultyLevelsPrepared>(DifficultyLevels, LevelsLegend),
  lines: drawing<LinesPrepared>(ScoresOverRounds, ({ prepared }) => (
    <>
      <ArmLegend prepared={prepared} kind="line" />
      {prepared.points.some((point) => point.published !== null) ? (
        <PaperItem kind="line" source={prepared.overlay.source} />
      ) : null}
    </>
  )),
  matrix: drawing<MatrixPrepared>(Matrix, MatrixLegend),
  points: drawing<PointsPrepared>(Points, PointsLegend),
  prompts: drawing<PromptCardsPrepared>(PromptCards, () => null, promptCardsMarkdown),
  sets: drawing<OverlapPrepared>(Sets, SetsLegend),
}

/** Returns the drawing of this name, or null when this version of the page has none. */
export function drawingOf(name: string): Drawing | null {
  return (DRAWINGS as Record<string, Drawing>)[name] ?? null
}
