import { markdownText } from './plain-text'
import type { PromptInfo, PromptScale, PromptUse, PromptVersion } from './prompts'

/** Returns what a question is answered with, in words: "integers from 1 to 10", "easy < hard", "tags, at most 20". */
export function scaleText(scale: PromptScale): string {
  switch (scale.kind) {
    case 'integers':
      return `integers from ${scale.min} to ${scale.max}`
    case 'labels':
      return scale.labels.join(' < ')
    case 'category':
      return `one of: ${scale.choices.join(', ')}`
    case 'number': {
      const ends = [
        scale.min === null ? '' : ` from ${scale.min}`,
        scale.max === null ? '' : ` to ${scale.max}`,
      ]
      return `a number${ends.join('')}`
    }
    case 'tags':
      return `tags, at most ${scale.most}`
    case 'text':
      return 'a text'
  }
}

/** Returns how replies were drawn, in words: "temperature 0, maxTokens 32". */
export function samplingText({ sampling }: PromptUse): string {
  return sampling.map(({ name, value }) => `${name} ${value}`).join(', ')
}

/** Returns what used a prompt, with its model, sampling and run. */
export function useText(use: PromptUse): string {
  const { kind, label, study, model, runId } = use
  const what = { run: label, rows: `rows of ${label}`, responses: `responses to ${label}` }[kind]
  const parts = [
    `${what} (${study})`,
    model,
    samplingText(use),
    runId === null ? '' : `run ${runId}`,
  ]
  return parts.filter(Boolean).join('; ')
}

/** A version of a prompt as a card. */
export interface PromptCard {
  title: string
  purpose: string
  /** What is said of it before its text. */
  facts: [name: string, text: string][]
  template: string
}

// A card is read as a whole: more uses are counted.
const MOST_USES = 10

/** Returns what used a version, a line each; of many the newest and how many more there are. */
export function usedBy({ uses }: Pick<PromptVersion, 'uses'>): string[] {
  const more = uses.length > MOST_USES ? [`and ${uses.length - MOST_USES} more`] : []
  return uses.length === 0 ? ['nothing yet'] : [...uses.slice(0, MOST_USES).map(useText), ...more]
}

/** Returns a prompt's version as a card: what it is, what is asked back and its text. */
export function promptCard(prompt: PromptInfo, version: PromptVersion): PromptCard {
  const { scale, hash, template } = version
  return {
    title: `${prompt.name}, version ${version.version}`,
    purpose: prompt.purpose,
    facts: [
      ['SHA-256', hash],
      ['Placeholders', prompt.allowed.map((name) => `{${name}}`).join(', ') || 'none'],
      ['Reply', prompt.contract],
      ...(scale ? [['Scale', scaleText(scale)] as [string, string]] : []),
    ],
    template,
  }
}

/** Returns a card as Markdown; nothing of names or text is read as markup. */
export function cardMarkdown(
  { title, purpose, facts, template }: PromptCard,
  used: readonly string[],
): string {
  const longest = Math.max(2, ...(template.match(/`+/g) ?? []).map((run) => run.length))
  const fence = '`'.repeat(longest + 1)
  const lines = [...facts, ...used.map((text) => ['Used by', text] as const)]
  return [
    `### ${markdownText(title)}`,
    '',
    markdownText(purpose),
    '',
    ...lines.map(([name, text]) => `- ${name}: ${markdownText(text)}`),
    '',
    fence,
    template,
    fence,
    '',
  ].join('\n')
}
