import { createHash } from 'node:crypto'
import { canonicalJson } from '@/lib/contracts/canonical-json'
import {
  promptScaleSchema,
  type Answer,
  type PromptScale,
  type RubricScale,
} from '@/lib/contracts/prompts'
import { AppError } from '@/lib/errors'
import { canonicalText, checkTemplate, placeholdersIn } from './render'

/** A user's own question to a judge, with what it is answered with: a rating on a scale, or a value of another kind. */
export interface Rubric<S extends PromptScale = PromptScale> {
  name: string
  template: string
  scale: S
  /** SHA-256 of text and scale, in hexadecimal. */
  hash: string
}

/** What a rubric may ask about. */
export const RUBRIC_PLACEHOLDERS = ['instruction', 'input', 'response', 'parent'] as const

// More values than this and a structured reply, a figure or a filter has nothing to hold on to.
const MOST_VALUES = 1001

function checkScale(scale: PromptScale): void {
  if (scale.kind === 'tags' || scale.kind === 'text') return
  if (scale.kind === 'integers' || scale.kind === 'number') {
    const [min, max] = [scale.min ?? -Infinity, scale.max ?? Infinity]
    if (min >= max) {
      throw new AppError('invalid_input', 'The scale must end above where it begins.')
    }
    if (scale.kind === 'integers' && max - min >= MOST_VALUES) {
      throw new AppError('invalid_input', `The scale has more than ${MOST_VALUES} values.`)
    }
    return
  }
  const labels = scale.kind === 'labels' ? scale.labels : scale.choices
  // As the tolerant parser compares labels.
  const plain = labels.map((label) =>
    label
      .normalize('NFKC')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
      .trim(),
  )
  const twin = plain.findIndex((label, i) => label === '' || plain.indexOf(label) !== i)
  if (twin >= 0) {
    throw new AppError(
      'invalid_input',
      `The label "${labels[twin]}" cannot be told from another. Labels must differ in letters or digits.`,
    )
  }
}

/** Returns the hash of a rubric: text and scale, not the name. */
function rubricHash(template: string, scale: PromptScale): string {
  const content = canonicalJson({ template: canonicalText(template), scale })
  return createHash('sha256').update(content, 'utf8').digest('hex')
}

/** Returns a checked question; throws `invalid_input` naming what is wrong with text or scale. */
export function defineRubric<S extends PromptScale>(input: {
  name: string
  template: string
  scale: S | null
}): Rubric<S> {
  if (input.scale === null) {
    throw new AppError(
      'invalid_input',
      'A rubric needs the scale of its answers: labels from low to high, or the lowest and the highest integer. A question that makes a column says whether it is answered with a choice, a number, tags or a text.',
    )
  }
  const parsed = promptScaleSchema.safeParse(input.scale)
  if (!parsed.success) {
    throw new AppError(
      'invalid_input',
      `The scale: ${parsed.error.issues[0]?.message ?? 'unknown'}.`,
    )
  }
  checkScale(parsed.data)
  const template = canonicalText(input.template)
  const { unknown } = checkTemplate(template, [], RUBRIC_PLACEHOLDERS)
  const used = placeholdersIn(template)
  if (!used.includes('instruction') && !used.includes('response')) {
    const hint = unknown.length > 0 ? ` {${unknown[0]}} is not known.` : ''
    throw new AppError(
      'invalid_input',
      `The text must hold {instruction} or {response}, where that text belongs.${hint}`,
    )
  }
  return {
    name: input.name.trim() || 'Rubric',
    template,
    scale: parsed.data as S,
    hash: rubricHash(template, parsed.data),
  }
}

/** The rubric that comes with the program, as an example to start from. */
export const CLARITY = defineRubric<RubricScale>({
  name: 'Clarity',
  template: `Read the task below. Do not do it.

Task:
{instruction}

How clear is it what the task wants? 1 means nobody could say what is wanted, 3 means a reader must guess at one important point, 5 means every reader would do the same thing.
Answer with one number from 1 to 5 and nothing else.`,
  scale: { kind: 'integers', min: 1, max: 5 },
})

// No example of an answer: small models give it back.
/** The question that comes with the program for tags: what an instruction wants, as InsTag asks it, in our own words. */
export const INTENTIONS = defineRubric<Answer>({
  name: 'Intentions',
  template: `Read the task below. Do not do it.

Task:
{instruction}

Which intentions does the task have? Name each thing that is wanted from whoever does it, such as a skill, a field, a form of the answer or a condition on it, by a tag of one to three English words in lower case. Name every one that is there, none twice and none that is only guessed.
Answer with a JSON array that holds each tag as a text, and nothing else.`,
  scale: { kind: 'tags', most: 20 },
})
