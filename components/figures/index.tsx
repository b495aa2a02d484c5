'use client'

import type { ComponentType } from 'react'
import type { DensityPrepared } from '@/lib/figures/shared/density'
import type { DifficultyLevelsPrepared } from '@/lib/figures/shared/levels'
import type { LinesPrepared } from '@/lib/figures/shared/lines'
import type { PreparedCommon } from '@/lib/figures/types'
import { Density } from './density'
import { DifficultyLevels } from './levels'
import { ArmLegend, LevelsLegend, PaperItem } from './legend'
import { ScoresOverRounds } from './lines'

/** How one figure is drawn: the chart and its legend, both from prepare's output. */
export interface Drawing {
  Chart: ComponentType<{ prepared: PreparedCommon }>
  Legend: ComponentType<{ prepared: PreparedCommon }>
}

function drawing<P extends PreparedCommon>(
  Chart: ComponentType<{ prepared: P }>,
  Legend: ComponentType<{ prepared: P }>,
): Drawing {
  return { Chart, Legend } as unknown as Drawing
}

const curves = drawing<DensityPrepared>(Density, ({ prepared }) => (
  <ArmLegend prepared={prepared} kind="line" />
))

const levels = drawing<DifficultyLevelsPrepared>(DifficultyLevels, LevelsLegend)

/** The drawing of each figure by its id. */
export const DRAWINGS: Record<string, Drawing> = {
  'difficulty-levels': levels,
  'scores-over-rounds': drawing<LinesPrepared>(ScoresOverRounds, ({ prepared }) => (
    <>
      <ArmLegend prepared={prepared} kind="line" />
      {prepared.points.some((point) => point.published !== null) ? (
        <PaperItem kind="line" source={prepared.overlay.source} />
      ) : null}
    </>
  )),
  'category-shares': levels,
  'health-rates': levels,
  'mnd-density': curves,
  'ifd-density': curves,
  'ic-ifd-density': curves,
  'first-token-probability': curves,
  distribution: curves,
  'set-measures': drawing<LinesPrepared>(ScoresOverRounds, ({ prepared }) => (
    <ArmLegend prepared={prepared} kind="line" />
  )),
}

/** Returns the drawing of a figure, or null when this version of the page has none. */
export function drawingOf(id: string): Drawing | null {
  return DRAWINGS[id] ?? null
}
