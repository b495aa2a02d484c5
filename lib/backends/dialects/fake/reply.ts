import type { ChatMessage } from '@/lib/backends/types'
import { mix, textHash } from './hash'

const LEVELS = ['very easy', 'easy', 'medium', 'hard', 'very hard'] as const
// Words at which a task counts as one level harder, so that evolved tasks tend to rate higher.
const WORDS_PER_LEVEL = 14

const CLAUSES = [
  'Keep the answer under two hundred words and name one limit of your approach at the end.',
  'Give at least three concrete examples, and explain for each of them why it fits the task.',
  'Compare two different ways to reach the goal before you settle on one of them.',
  'Assume that the reader is new to the subject and has only ten minutes to act on it.',
  'Also treat the case in which one of the inputs is missing, wrong or given in another unit.',
  'List every step in order and state after each step how one could check its result.',
] as const

const SENTENCES = [
  'The task can be split into a few parts that are solved one after the other.',
  'First collect what is given and write down what is asked for.',
  'A small example makes the idea clear and shows where care is needed.',
  'The result should be checked against the conditions of the task.',
  'In practice, time and cost decide which of the options is best.',
  'Finally, a short summary helps the reader to use the answer.',
] as const

const METHODS = [
  'Add a limit on the length of the answer.',
  'Ask for examples with reasons.',
  'Compare two ways to reach the goal.',
  'Name a particular reader.',
  'Treat a case in which an input is missing.',
  'Ask how each step can be checked.',
] as const

function pick<T>(list: readonly T[], bits: number): T {
  return list[bits % list.length] as T
}

// "Here is a task:" and the like, with the task in quotes below.
const QUOTED = /^[^\n]*\b(?:task|instruction|prompt)\b[^\n]*:[ \t]*\n"([\s\S]*)"[ \t]*\n[ \t]*\n/im
// "Task:" and the like on a line of its own, with the task below, up to the next label or the end.
const LABELLED =
  /^[#* ]*(?:given |original )?(?:task|instruction|prompt)\b[^\n:]{0,30}:[ \t#*]*\n([\s\S]+?)(?=\n\s*\n[^\n]{0,60}[:.]|$(?![\s\S]))/gim
const WANTS_SCORE = /\b(?:from )?0\b[^\n]{0,40}\b(?:to|and)\b[^\n]{0,20}\b100\b/i
const WANTS_DIGIT = /\bfrom 1\b[^\n]{0,40}\bto ([2-9])\b/i
const WANTS_TASK =
  /\b(?:next|another|new|harder|rewritten|evolved)\b[^\n]{0,30}\b(?:task|instruction|prompt|version)\b/i
const WANTS_TENTHS = /\bfrom 1\b[^\n]{0,80}\bto 10\b/i
const WANTS_LIST = /\bwrite (\d{1,3}) new\b/i
const WANTS_CHECKER = /\bfunction evaluate\(response\)/i
const WANTS_VERDICT = /\bentailment\b[\s\S]*\bneutral\b/i
const WANTS_PHRASES = /\bone line for each method\b[\s\S]*?\n\n[^\n]*:\n([\s\S]+)/i
const WANTS_REVISION = /\brevised prompt\b[\s\S]*?\nCurrent prompt:\n([\s\S]+)/i
const WANTS_STEPS = /^Step (\d+) (#[^#\n]+#):/gim

/** Returns the task inside a prompt: what is quoted or labelled as one, else all of it. */
export function taskOf(prompt: string): string {
  const quoted = QUOTED.exec(prompt)?.[1]
  const labelled = [...prompt.matchAll(LABELLED)].at(-1)?.[1]
  return (quoted ?? labelled ?? prompt).trim()
}

function words(text: string): number {
  return text.split(/\s+/).filter(Boolean).length
}

function difficulty(task: string, bits: number): number {
  return Math.min(1, words(task) / (WORDS_PER_LEVEL * 5)) * 0.8 + ((bits % 1000) / 1000) * 0.2
}

/** Returns a value of the shape that a JSON schema asks for, chosen by hash. */
export function schemaValue(schema: unknown, share: number, bits: number): unknown {
  const rule = (typeof schema === 'object' && schema !== null ? schema : {}) as Record<
    string,
    unknown
  >
  if (Array.isArray(rule.enum) && rule.enum.length > 0) {
    return rule.enum[Math.min(rule.enum.length - 1, Math.floor(share * rule.enum.length))]
  }
  if (rule.type === 'integer' || rule.type === 'number') {
    const low = typeof rule.minimum === 'number' ? rule.minimum : 0
    const high = typeof rule.maximum === 'number' ? rule.maximum : 100
    return Math.round(low + share * (high - low))
  }
  if (rule.type === 'boolean') return bits % 2 === 0
  if (rule.type === 'array') return [schemaValue(rule.items, share, mix(bits))]
  if (rule.type === 'object') {
    const entries = Object.entries((rule.properties ?? {}) as Record<string, unknown>)
    return Object.fromEntries(
      entries.map(([key, entry], i) => [key, schemaValue(entry, share, mix(bits + i))]),
    )
  }
  return pick(SENTENCES, bits)
}

/** A list of constraints, some of which come twice. */
function constraintList(count: number, bits: number): string {
  return Array.from({ length: count }, (_, i) => {
    const drawn = mix(bits + i)
    const letter = String.fromCharCode(97 + (drawn % 26))
    return `- Use at least ${2 + ((drawn >>> 8) % 4)} words that begin with "${letter}".`
  }).join('\n')
}

/** A checking function of the method's layout with three cases; one in four functions, and some cases, are wrong. */
function checkerBlock(bits: number): string {
  const least = bits % 4 === 0 ? 2 : 20
  const cases = [
    { input: 'Too short.', output: false },
    { input: pick(SENTENCES, bits), output: true },
    { input: pick(SENTENCES, mix(bits)), output: mix(bits) % 5 !== 0 },
  ]
  const func = `def evaluate(response):\n    return len(response) > ${least}`
  return `\`\`\`json\n${JSON.stringify({ func, cases }, null, 2)}\n\`\`\``
}

/** Two to four methods, one a line. */
function methodList(bits: number): string {
  return Array.from({ length: 2 + (bits % 3) }, (_, i) => `- ${pick(METHODS, mix(bits + i))}`).join(
    '\n',
  )
}

/** Returns a deterministic reply that suits the request: a level, a score, a digit, a longer task, or an answer. */
export function fakeReply(
  messages: readonly ChatMessage[],
  jsonSchema: Record<string, unknown> | null,
  seed: number,
): string {
  const prompt = messages.map((message) => message.content).join('\n\n')
  const bits = textHash(prompt, seed)
  const task = taskOf(messages.at(-1)?.content ?? '')
  const share = difficulty(task, bits)
  if (jsonSchema) return JSON.stringify(schemaValue(jsonSchema, share, bits))
  const revised = WANTS_REVISION.exec(prompt)?.[1]
  if (revised !== undefined) return `${pick(CLAUSES, bits)}\n\n${revised}`
  const top = Number(WANTS_DIGIT.exec(prompt)?.[1])
  if (top >= 2) return String(1 + Math.min(top - 1, Math.floor(share * top)))
  if (WANTS_TENTHS.test(prompt)) return String(1 + (bits % 10))
  if (WANTS_CHECKER.test(prompt)) return checkerBlock(bits)
  if (WANTS_VERDICT.test(prompt)) return pick(['entailment', 'neutral', 'contradiction'], bits)
  const count = Number(WANTS_LIST.exec(prompt)?.[1])
  if (count > 0) return constraintList(count, bits)
  const methods = WANTS_PHRASES.exec(prompt)?.[1]
  if (methods !== undefined) {
    return methods
      .replace(/^\d+\. /gm, '')
      .split('\n')
      .map((line) => line.split(' ').slice(0, 3).join(' '))
      .join('\n')
  }
  if (/very easy/i.test(prompt)) return LEVELS[Math.min(4, Math.floor(share * 5))] as string
  if (WANTS_SCORE.test(prompt)) return String(Math.round(share * 100))
  const harder = `${task} ${pick(CLAUSES, bits)}`
  const steps = [...prompt.matchAll(WANTS_STEPS)]
  if (steps.length > 0) {
    const text = (n: number) => {
      if (n === steps.length - 1) return harder
      return /method/i.test(steps[n]?.[2] ?? '') ? methodList(bits) : pick(SENTENCES, mix(bits + n))
    }
    return steps.map((step, n) => `Step ${step[1]} ${step[2]}:\n${text(n)}`).join('\n\n')
  }
  if (WANTS_TASK.test(prompt)) return harder
  const sentences = 2 + (bits % 4)
  return Array.from({ length: sentences }, (_, i) => pick(SENTENCES, mix(bits + i))).join(' ')
}
