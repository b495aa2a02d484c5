import { createHash } from 'node:crypto'
import { AppError } from '@/lib/errors'
import { canonicalText, fillTemplate, placeholdersIn } from './render'

export { canonicalText } from './render'

/** Sampling that a prompt was written for; a caller may override each. */
export interface SamplingDefaults {
  temperature: number
  topP: number
  maxTokens: number
}

/** A prompt is data: text with named placeholders, what it asks for, and the hash of its text. */
export interface Prompt {
  id: string
  version: string
  purpose: string
  /** Text with placeholders such as {instruction}; sent as one user message. */
  template: string
  /** Placeholders that the template must hold, without braces. */
  placeholders: readonly string[]
  /** What the reply is, in one sentence. */
  contract: string
  sampling: SamplingDefaults
  /** SHA-256 of the canonical text, in hexadecimal. */
  hash: string
}

/** Version of a prompt whose text a user changed; its hash tells such texts apart. */
export const CUSTOM_VERSION = 'custom'

/** Returns the SHA-256 of the canonical text, in hexadecimal. */
export function hashText(text: string): string {
  return createHash('sha256').update(canonicalText(text), 'utf8').digest('hex')
}

/** Returns the prompt with its canonical text and hash. */
export function definePrompt(prompt: Omit<Prompt, 'hash'>): Prompt {
  return {
    ...prompt,
    template: canonicalText(prompt.template),
    hash: hashText(prompt.template),
  }
}

/**
 * Returns the prompt with a user's text in place of its own, or the prompt itself when the text is empty or the same.
 * Throws `invalid_input` when the text lacks a placeholder.
 */
export function withText(prompt: Prompt, text: string | null | undefined): Prompt {
  const template = canonicalText(text ?? '')
  if (template === '' || template === prompt.template) return prompt
  for (const name of prompt.placeholders) {
    if (template.includes(`{${name}}`)) continue
    throw new AppError(
      'invalid_input',
      `The text of prompt "${prompt.id}" does not contain {${name}}. Put {${name}} where that text belongs.`,
    )
  }
  return { ...prompt, template, version: CUSTOM_VERSION, hash: hashText(template) }
}

/**
 * Returns the message text: each of the prompt's placeholders replaced in a single pass, so that braces inside a value
 * stay as they are. Other text in braces is left alone. Throws `invalid_input` for a missing value.
 */
export function renderPrompt(prompt: Prompt, values: Readonly<Record<string, string>>): string {
  const wanted = placeholdersIn(prompt.template).filter((name) =>
    prompt.placeholders.includes(name),
  )
  for (const name of wanted) {
    if (Object.hasOwn(values, name)) continue
    throw new AppError('invalid_input', `Prompt "${prompt.id}" needs a value for {${name}}.`)
  }
  const own = wanted.map((name) => [name, values[name] as string] as const)
  return fillTemplate(prompt.template, Object.fromEntries(own))
}

/** Returns what a card says of a prompt: enough to tell two texts apart, without the text. */
export function promptCard({ id, version, hash }: Pick<Prompt, 'id' | 'version' | 'hash'>) {
  return { id, version, hash }
}
