import { z } from 'zod'
import { promptCard, usedBy, useText } from '@/lib/contracts/prompt-text'
import { PROMPT_KINDS, type PromptInfo, type PromptUse } from '@/lib/contracts/prompts'
import { examplePrompts } from './shared/example-prompts'
import { choice } from './shared/options'
import {
  promptCardsAltText,
  promptCardsReading,
  promptCardsTable,
  type DrawnPrompt,
  type PromptCardsPrepared,
} from './shared/prompt-cards'
import { plural } from './shared/text'
import { defineFigure, type FigureData, type FigureSelection, type SeriesCount } from './types'

// Characters of all texts together, so that a reply stays below 100 KB, and bounds for one.
const ALL_CHARACTERS = 30_000
const CARD_CHARACTERS = { least: 300, most: 4_000 }
// Lines of the table, shared out among the versions, for the same reason.
const MOST_LINES = 120
// More cards are no figure any more; the Prompts page has them all.
const MOST_CARDS = 40

const USED = 'used'
const KINDS: Record<(typeof PROMPT_KINDS)[number], string> = {
  evolve: 'Evolve',
  respond: 'Respond',
  judge: 'Judge model',
  rubric: 'Rubrics',
  column: 'Columns',
}

const options = z.object({
  shown: choice(
    { [USED]: 'Used in this study', ...KINDS, all: 'All' },
    {
      title: 'Prompts',
      description:
        'Every version that runs, evolved rows or responses of this study name, or the newest version of all prompts of a kind.',
      inline: true,
    },
  ),
  length: choice(
    { cut: 'Beginning', whole: 'Whole where it fits' },
    { title: 'Text', description: 'How much of long prompts is shown.' },
  ),
})
type Options = z.infer<typeof options>

// Of a text of which only the beginning is asked for.
const BEGINNING = 600

function selectionOf({ rows }: PromptUse): FigureSelection {
  return { ...rows, min: null, max: null }
}

function beginningOf(text: string, characters: number): { template: string; isCut: boolean } {
  if (text.length <= characters) return { template: text, isCut: false }
  // A pair of surrogates is one letter: a cut leaves no half of it.
  const letters = Array.from(text.slice(0, characters + 1))
  return { template: letters.slice(0, -1).join(''), isCut: true }
}

function chosenOf(prompts: readonly PromptInfo[], { shown }: Options) {
  return prompts.flatMap((prompt) => {
    if (shown !== USED && shown !== 'all' && prompt.kind !== shown) return []
    const versions =
      shown === USED ? prompt.versions.filter(({ uses }) => uses.length > 0) : prompt.versions
    return (shown === USED ? versions : versions.slice(0, 1)).map((version) => ({
      prompt,
      version,
    }))
  })
}

function countsOf(cards: readonly DrawnPrompt[]): SeriesCount[] {
  return PROMPT_KINDS.flatMap((kind) => {
    const n = cards.filter((card) => card.kind === kind).length
    if (n === 0) return []
    const base = { n, valued: n, missing: {}, done: n, total: n, runId: null, definitionHash: '' }
    return [{ seriesKey: kind, label: KINDS[kind], arm: '', seedSetKey: '', round: 0, ...base }]
  })
}

function prepare({ prompts = [] }: FigureData, chosen: Options): PromptCardsPrepared {
  const found = chosenOf(prompts, chosen)
  const shown = found.slice(0, MOST_CARDS)
  const share = Math.floor(ALL_CHARACTERS / Math.max(1, shown.length))
  const room = Math.min(CARD_CHARACTERS.most, Math.max(CARD_CHARACTERS.least, share))
  const characters = chosen.length === 'cut' ? Math.min(BEGINNING, room) : room
  const mostUses = Math.max(1, Math.floor(MOST_LINES / Math.max(1, shown.length)))
  const cards = shown.map(({ prompt, version }): DrawnPrompt => {
    const card = promptCard(prompt, version)
    return {
      ...card,
      ...beginningOf(card.template, characters),
      kind: prompt.kind,
      kindLabel: KINDS[prompt.kind],
      hash: version.hash,
      used: usedBy(version).map((text, at) => {
        const use = version.uses[at]
        return { text, selection: use && text === useText(use) ? selectionOf(use) : null }
      }),
      count: version.uses.length,
      uses: version.uses.slice(0, mostUses).map((use) => ({
        label: use.label,
        kind: use.kind,
        model: use.model,
        runId: use.runId,
        sampling: use.sampling.map(({ name, value }) => `${name} ${value}`).join(', '),
        selection: selectionOf(use),
      })),
    }
  })
  const moreUses = shown.reduce(
    (sum, { version: { uses } }) => sum + Math.max(0, uses.length - mostUses),
    0,
  )
  const cut = cards.filter(({ isCut }) => isCut).length
  return {
    arms: [],
    counts: countsOf(cards),
    conflicts: [],
    counted: 'prompts',
    cards,
    notes: [
      ...(cards.length > 0
        ? [
            'Texts of this program and of its users. The prompts that the paper prints (Figures 10 to 20) do the same work in other words.',
          ]
        : []),
      ...(cut > 0
        ? [`${plural(cut, 'text')} cut (…): the hash is of the whole; the Prompts page has it.`]
        : []),
      ...(moreUses > 0
        ? [`${plural(moreUses, 'older use')} not in the table: on the Prompts page.`]
        : []),
      ...(found.length > shown.length
        ? [`${plural(found.length - shown.length, 'more version')}: on the Prompts page.`]
        : []),
    ],
  }
}

/** The prompts that made and judged the rows, as cards (the paper's Figures 10 to 20). */
export const promptCards = defineFigure<Options, PromptCardsPrepared>({
  id: 'prompt-cards',
  title: 'Prompts',
  description:
    'The prompts that made, answered and judged the rows: version, hash, what is asked back, and which runs and rows used them with which sampling.',
  drawing: 'prompts',
  question: 'source',
  options,
  columns: () => [],
  needsPrompts: true,
  prepare,
  table: promptCardsTable,
  // Its table is sent beside it.
  sent: (prepared) => ({
    ...prepared,
    cards: prepared.cards.map((card) => ({ ...card, uses: [] })),
  }),
  reading: promptCardsReading,
  altText: promptCardsAltText,
  example: () => ({ data: { series: [], columns: {}, prompts: examplePrompts() }, options: {} }),
})
