import { cellPlace } from './seeds'
import type { LineageStep, LineageStory } from './lineage'
import type { ColumnInfo } from './study'
import { markdownText } from './plain-text'
import { diffTexts } from './text-diff'

type Labels = readonly (Pick<ColumnInfo, 'id' | 'label'> & {
  levels: readonly string[] | null
})[]

/** Returns the values of a step in words, a missing one with its reason. */
export function stepValues(step: LineageStep, columns: Labels): string[] {
  return columns.flatMap(({ id, label, levels }) => {
    const found = step.values[id]
    if (!found) return []
    const { value, status } = found
    if (value === null) return `${label}: missing (${status})`
    if (levels && typeof value === 'number') return `${label}: ${levels[value - 1] ?? value}`
    if (typeof value === 'number') return `${label}: ${Number(value.toPrecision(6))}`
    return `${label}: ${Array.isArray(value) ? value.join(', ') : String(value)}`
  })
}

/** Returns the row from which a step of the story was made, null where it is not among its rows. */
export function parentOf(story: LineageStory, step: LineageStep): LineageStep | null {
  const { parent } = step
  if (parent === null) return null
  return (
    story.steps.find(({ cellId, idx }) => cellId === parent.cellId && idx === parent.idx) ?? null
  )
}

function headOf(step: LineageStep): string {
  const operator = step.operator === null ? '' : `, ${step.operator}`
  const doubt =
    step.confidence !== null && step.confidence < 1
      ? `, parent by likeness ${step.confidence.toFixed(2)}`
      : ''
  return `${cellPlace(step)}, row ${step.idx}${operator}${doubt}`
}

function orphanNote(story: LineageStory, step: LineageStep): string[] {
  if (step.armKey === null || parentOf(story, step)) return []
  return ['The row it was made from is not in the study.']
}

/** Returns the story of a seed as plain text. */
export function storyText(story: LineageStory, columns: Labels): string {
  const first = story.hasSeed ? [] : ['The seed itself is not in the study.']
  const blocks = story.steps.map((step) =>
    [
      headOf(step),
      ...orphanNote(story, step),
      ...step.instruction.split('\n').map((line) => `  ${line}`),
      ...stepValues(step, columns).map((line) => `  - ${line}`),
    ].join('\n'),
  )
  return [`Seed ${story.slot} of ${story.seedSetKey}`, ...first, ...blocks].join('\n\n')
}

/** Returns a compared text as Markdown: words that the other text does not have bold, those that are gone struck out. */
export function markedParts(
  parts: readonly { kind: 'same' | 'added' | 'removed'; text: string }[],
): string {
  const marks = { same: '', added: '**', removed: '~~' } as const
  return parts
    .map(({ kind, text: part }) => {
      // Marks touch the words: with a blank between, Markdown would show the signs.
      const [, before = '', words = '', after = ''] = /^(\s*)(.*?)(\s*)$/s.exec(part) ?? []
      const sign = words === '' || words.includes('\n') ? '' : marks[kind]
      return `${before}${sign}${markdownText(words)}${sign}${after}`
    })
    .join('')
}

/** Returns the story of a seed as Markdown, words that changed against the parent marked. */
export function storyMarkdown(story: LineageStory, columns: Labels): string {
  const blocks = story.steps.flatMap((step) => {
    const parent = parentOf(story, step)
    const parts = parent && diffTexts(parent.instruction, step.instruction)
    const text = parts ? markedParts(parts) : markdownText(step.instruction)
    return [
      `### ${markdownText(headOf(step))}`,
      ...orphanNote(story, step),
      text
        .split('\n')
        .map((line) => `> ${line}`.trimEnd())
        .join('\n'),
      stepValues(step, columns)
        .map((line) => `- ${markdownText(line)}`)
        .join('\n'),
    ].filter((block) => block !== '')
  })
  const first = story.hasSeed ? [] : ['The seed itself is not in the study.']
  return [`## Seed ${story.slot} of ${markdownText(story.seedSetKey)}`, ...first, ...blocks].join(
    '\n\n',
  )
}
