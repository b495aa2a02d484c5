import { cardMarkdown, type PromptCard } from '@/lib/contracts/prompt-text'
import type { PromptKind, PromptUse } from '@/lib/contracts/prompts'
import type { FigureSelection, FigureTable, PreparedCommon } from '../types'
import { list, plural, unitless } from './text'

/** A version of a prompt as it is drawn. */
export interface DrawnPrompt extends PromptCard {
  kind: PromptKind
  kindLabel: string
  hash: string
  /** Only the beginning of the text is there. */
  isCut: boolean
  /** What used it, in words, and the rows of that. */
  used: { text: string; selection: FigureSelection | null }[]
  /** How often it was used in the study; `uses` are the newest. */
  count: number
  uses: (Pick<PromptUse, 'label' | 'kind' | 'model' | 'runId'> & {
    sampling: string
    selection: FigureSelection
  })[]
}

/** What cards of prompts are drawn from. */
export interface PromptCardsPrepared extends PreparedCommon {
  cards: DrawnPrompt[]
}

/** Returns one line for each use of a version, and one for a version without any. */
export function promptCardsTable({ cards }: PromptCardsPrepared): FigureTable {
  const lines = cards.flatMap(({ title, kindLabel, hash, uses }) =>
    [null, ...uses].flatMap((use) => {
      // A version without any use has a line of its own.
      if (use === null && uses.length > 0) return []
      const row = {
        prompt: title,
        kind: kindLabel,
        hash,
        made: use?.kind ?? null,
        label: use?.label ?? null,
        model: use?.model ?? null,
        sampling: use?.sampling ?? null,
        run: use?.runId ?? null,
      }
      return [{ row, selection: use?.selection ?? null }]
    }),
  )
  return {
    columns: unitless({
      prompt: 'Prompt',
      kind: 'Kind',
      hash: 'SHA-256',
      made: 'Made',
      label: 'What',
      model: 'Model',
      sampling: 'Sampling',
      run: 'Run',
    }),
    rows: lines.map(({ row }) => row),
    selections: lines.map(({ selection }) => selection),
  }
}

/** Returns how many versions are shown and how many were used. */
export function promptCardsReading({ cards }: PromptCardsPrepared): string {
  if (cards.length === 0) return ''
  const used = cards.filter(({ uses }) => uses.length > 0).length
  return `${plural(cards.length, 'version')} of prompts, ${used} of them used in this study.`
}

/** Returns which prompts are shown, without their texts. */
export function promptCardsAltText({ cards }: PromptCardsPrepared): string {
  if (cards.length === 0) return 'No run, evolved row or response of this study names a prompt yet.'
  const names = cards.map((card) => {
    return `${card.title} (${card.hash.slice(0, 10)}, ${plural(card.count, 'use')})`
  })
  return `Prompts with their texts. ${list(names)}.`
}

/** Returns the cards as Markdown. */
export function promptCardsMarkdown({ cards, notes }: PromptCardsPrepared): string {
  const texts = cards.map((card) => {
    const { template, isCut, used } = card
    const whole = { ...card, template: isCut ? `${template}…` : template }
    return cardMarkdown(
      whole,
      used.map(({ text }) => text),
    )
  })
  return [...texts, ...notes].join('\n')
}
