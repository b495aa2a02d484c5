import { markedParts } from '@/lib/contracts/lineage-text'
import { markdownText } from '@/lib/contracts/plain-text'
import type { FigureTable } from '../types'
import type { Case, CasePanel, CasesPrepared } from './cases'
import { list, plural, unitless } from './text'

/** Returns every panel of the cases in the order of the page. */
export function panelsOf(cases: readonly Case[]): { one: Case; panel: CasePanel }[] {
  return cases.flatMap((one) =>
    [...(one.origin ? [one.origin] : []), ...one.rounds.flatMap(({ panels }) => panels)].map(
      (panel) => ({ one, panel }),
    ),
  )
}

/** Returns words, added words and budget of a panel as they stand in its head. */
export function lengthText({ words, added, budget }: CasePanel): string {
  if (words === null) return ''
  const more = added === null ? '' : ` (${added < 0 ? '−' : '+'}${Math.abs(added)})`
  return `${plural(words, 'word')}${more}${budget === null || budget === 'within' ? '' : `, ${budget} budget`}`
}

/** Returns one line for each text. */
export function casesTable({ cases }: CasesPrepared): FigureTable {
  const all = panelsOf(cases)
  const plain = ({ parts }: CasePanel) =>
    parts.flatMap(({ kind, text }) => (kind === 'removed' ? [] : text)).join('')
  return {
    columns: unitless({
      case: 'Case',
      arm: 'Evolver',
      round: 'Round',
      row: 'Row',
      operator: 'Operator',
      words: 'Words',
      added: 'Added words',
      budget: 'Budget',
      values: 'Values',
      text: 'Instruction',
    }),
    rows: all.map(({ one, panel }) => ({
      case: one.title,
      arm: panel.arm.label,
      round: panel.round,
      row: panel.row,
      operator: panel.operator,
      words: panel.words,
      added: panel.added,
      budget: panel.budget,
      values: panel.facts.join('; '),
      text: `${plain(panel)}${panel.isCut ? '…' : ''}`,
    })),
    selections: all.map(({ panel }) => panel.selection),
  }
}

/** Returns how many rows keep to the budget, in one sentence. */
export function casesReading({ cases, budget, against }: CasesPrepared): string {
  const panels = cases.flatMap(({ rounds }) => rounds.flatMap((round) => round.panels))
  if (panels.length === 0) return ''
  const shown = `${plural(panels.length, 'evolved row')} of ${plural(cases.length, 'seed')}`
  const judged = panels.filter((panel) => panel.budget !== null)
  if (judged.length === 0) return `${shown}, words marked against the ${against}.`
  const over = judged.filter((panel) => panel.budget === 'over').length
  return `${shown}; ${over} of ${judged.length} add more than the ${budget.most} words that their prompt allows.`
}

/** Returns the cases in words, without their texts. */
export function casesAltText({ cases }: CasesPrepared): string {
  if (cases.length === 0) return 'No seed with evolved rows to show yet.'
  const texts = cases.map((one) => {
    const panels = one.rounds.flatMap((round) => round.panels)
    const words = panels.map((panel) =>
      [`${panel.arm.label} round ${panel.round}`, panel.operator, lengthText(panel)]
        .filter(Boolean)
        .join(', '),
    )
    return `${one.title}: ${list(words) || 'no evolved rows'}`
  })
  return `Texts of seeds and of what evolvers made of them. ${texts.join('. ')}.`
}

/** Returns the cases as Markdown: words that were added bold, those that are gone struck out. */
export function casesMarkdown({ cases, notes }: CasesPrepared): string {
  const quote = (text: string) =>
    text
      .split('\n')
      .map((line) => `> ${line}`.trimEnd())
      .join('\n')
  const panelText = (panel: CasePanel) => {
    const { arm, round, operator, facts, parts, isCut, input } = panel
    const isSeed = arm.colorIndex === null
    const name = isSeed ? 'Seed' : `${arm.label}, round ${round}`
    const told = [isSeed ? '' : (operator ?? 'operator unknown'), lengthText(panel), ...facts]
    return [
      `### ${markdownText(name)}`,
      markdownText(told.filter(Boolean).join('; ')),
      quote(`${markedParts(parts)}${isCut ? '…' : ''}`),
      ...(input === null ? [] : [quote(`Input: ${markdownText(input)}`)]),
    ]
  }
  return [
    ...cases.flatMap((one) => [
      `## ${markdownText(one.title)}`,
      ...(one.origin ? panelText(one.origin) : ['The seed itself is not in the study.']),
      ...one.rounds.flatMap(({ panels }) => panels.flatMap(panelText)),
    ]),
    ...notes.map((note) => note.replace('underlined', 'bold')).map((note) => markdownText(note)),
  ].join('\n\n')
}
