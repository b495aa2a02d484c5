import { randomBytes } from 'node:crypto'
import { Template } from '@huggingface/jinja'
import { AppError, errorMessage } from '@/lib/errors'
import type { ChatMessage } from '../types'
import type { EngineFacts, SpecialToken } from './engine-types'

/** A part of a prompt: a control token of the template, or text that is never read as one. */
export type PromptPart = { id: number } | { text: string }

/** What of a model the template needs. */
export type TemplateModel = Pick<EngineFacts, 'chatTemplate' | 'bosText' | 'eosText' | 'specials'>

interface Piece {
  text: string
  fromTemplate: boolean
}

const compiled = new Map<string, Template>()

function compile(source: string): Template {
  const known = compiled.get(source)
  if (known) return known
  const template = new Template(source)
  compiled.set(source, template)
  return template
}

function render(model: TemplateModel, messages: readonly ChatMessage[], open: boolean): string {
  try {
    return compile(model.chatTemplate ?? '').render({
      messages: messages.map((message) => ({ ...message })),
      add_generation_prompt: open,
      bos_token: model.bosText,
      eos_token: model.eosText,
    })
  } catch (error) {
    throw new AppError(
      'invalid_input',
      `The model's chat template refuses these messages (${errorMessage(error).slice(0, 200)}). Merge the system message into the first user message, or choose another model.`,
    )
  }
}

function split(rendered: string, marks: readonly string[], contents: readonly string[]): Piece[] {
  const pieces: Piece[] = []
  let rest = rendered
  while (rest !== '') {
    let at = -1
    let which = -1
    marks.forEach((mark, index) => {
      const found = rest.indexOf(mark)
      if (found >= 0 && (at < 0 || found < at)) {
        at = found
        which = index
      }
    })
    if (which < 0) {
      pieces.push({ text: rest, fromTemplate: true })
      break
    }
    pieces.push({ text: rest.slice(0, at), fromTemplate: true })
    pieces.push({ text: contents[which] as string, fromTemplate: false })
    rest = rest.slice(at + (marks[which] as string).length)
  }
  return pieces
}

/** Finds which characters of the rendered prompt are the template's own, by rendering it around marks. */
function pieces(model: TemplateModel, messages: readonly ChatMessage[], open: boolean): Piece[] {
  const nonce = randomBytes(8).toString('hex')
  const marks = messages.map((_, index) => `x${nonce}n${index}y`)
  const marked = messages.map((message, index) => ({ ...message, content: marks[index] as string }))
  const frame = render(model, marked, open)
  const real = render(model, messages, open)
  // Templates insert the content as it is, or trimmed; anything else cannot be told apart from the template.
  for (const shape of [(text: string) => text, (text: string) => text.trim()]) {
    const contents = messages.map((message) => shape(message.content))
    const found = split(frame, marks, contents)
    if (found.map((piece) => piece.text).join('') === real) return found
  }
  const hostile = messages.some(({ content }) =>
    model.specials.some(({ text }) => content.includes(text)),
  )
  if (hostile) {
    throw new AppError(
      'invalid_input',
      "A text holds control tokens of the model, and the model's chat template changes the text: they cannot be told apart.",
    )
  }
  return [{ text: real, fromTemplate: true }]
}

const byFirst = new WeakMap<readonly SpecialToken[], Map<string, SpecialToken[]>>()

function matchSpecial(
  specials: readonly SpecialToken[],
  text: string,
  at: number,
): SpecialToken | null {
  let index = byFirst.get(specials)
  if (!index) {
    index = new Map()
    for (const special of specials) {
      const first = special.text[0] ?? ''
      index.set(first, [...(index.get(first) ?? []), special])
    }
    byFirst.set(specials, index)
  }
  const listed = index.get(text[at] ?? '') ?? []
  return listed.find((special) => text.startsWith(special.text, at)) ?? null
}

/**
 * Returns the prompt of a conversation: the model's own template, applied once and, when `open`, ready for the reply. Control tokens
 * come from the template alone: the same characters inside a message stay text. Neighbouring text of template and
 * message is joined, so that it is tokenised as the whole prompt would be. Throws `capability_missing` without a
 * template, `invalid_input` when the template refuses the messages.
 */
export function chatPrompt(
  model: TemplateModel,
  messages: readonly ChatMessage[],
  open = true,
): PromptPart[] {
  if (model.chatTemplate === null) {
    throw new AppError(
      'capability_missing',
      'This model file has no chat template, so it cannot chat. Choose an instruction-tuned model.',
    )
  }
  const parts: PromptPart[] = []
  let text = ''
  let stripNext = false
  const flush = (stripLeft: boolean) => {
    let run = text
    if (stripNext) run = run.trimStart()
    if (stripLeft) run = run.trimEnd()
    if (run !== '') parts.push({ text: run })
    text = ''
    stripNext = false
  }
  for (const piece of pieces(model, messages, open)) {
    if (!piece.fromTemplate) {
      text += piece.text
      continue
    }
    let at = 0
    while (at < piece.text.length) {
      const special = matchSpecial(model.specials, piece.text, at)
      if (special) {
        flush(special.stripLeft)
        parts.push({ id: special.id })
        stripNext = special.stripRight
        at += special.text.length
      } else {
        text += piece.text[at]
        at += 1
      }
    }
  }
  flush(false)
  return parts
}
