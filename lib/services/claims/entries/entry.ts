import type { ClaimCard, ClaimQuestion } from '@/lib/contracts/claims'
import type { ClaimStudy, Outcome, Sides } from '../study'

/** A figure by id and options. */
export type FigureLink = Pick<ClaimCard['figures'][number], 'id' | 'options'>

/** A claim of the paper, or one it did not test, with its check. */
export interface ClaimEntry {
  id: string
  question: ClaimQuestion
  claim: string
  check: string
  published: string
  /** Scenario of the evolvers that the claim is about; any where it is absent. */
  scenario?: 'evol-instruct' | 'autoif' | 'auto-evol'
  /** Figures that show it, with options that differ from their defaults. */
  figures: readonly FigureLink[]
  run(study: ClaimStudy, sides: Sides): Promise<Outcome>
}

/** Returns a link to a figure, with options that differ from their defaults. */
export function figure(id: string, options: FigureLink['options'] = {}): FigureLink {
  return { id, options }
}

/** Own and published numbers in one frame. */
export const PAPER = { paper: true }
