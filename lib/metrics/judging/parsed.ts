import type { StatusName } from '@/lib/contracts/status'

/** What a parser read from a reply. */
export interface Parsed<V = number> {
  /** Level ordinal, score, or the value of a column; null under a status without a value. */
  value: V | null
  status: StatusName
  /** The rule that decided, kept with the row. */
  rule: string
}

// Apology with inability, a statement of being a program, or policy wording, in English and Chinese.
const REFUSALS = [
  /\b(?:sorry|apologi[sz]e)\b.{0,80}\b(?:can(?:no|')?t|cannot|unable|not able|won't)\b/is,
  /\b(?:i can(?:no|')t|i cannot|i am unable to|i'm unable to|i am not able to|i'm not able to|i won't)\b.{0,40}\b(?:help|assist|rate|provide|answer|do|comply|fulfil)/is,
  /\bas an? (?:ai|artificial intelligence|language model)\b/i,
  /\b(?:against|violates?)\b.{0,40}\b(?:policy|policies|guidelines)\b/is,
  /(?:抱歉|对不起|不好意思).{0,40}(?:无法|不能|不可以)/su,
  /作为(?:一个|一名)?(?:人工智能|AI|语言模型)/iu,
]

// A refusal opens a reply; the same words further down may be quoted from the task.
const REFUSAL_WINDOW = 200

/** Returns whether a reply begins with a refusal. */
export function isRefusal(reply: string): boolean {
  const opening = reply.slice(0, REFUSAL_WINDOW)
  return REFUSALS.some((pattern) => pattern.test(opening))
}

/** Returns the last line that is not blank, trimmed; empty when there is none. */
export function lastLine(text: string): string {
  return text.trim().split('\n').at(-1)?.trim() ?? ''
}

/** Returns the parse of a reply in which no rule found an answer. */
export function notFound(reply: string): Parsed<never> {
  return isRefusal(reply)
    ? { value: null, status: 'refused', rule: 'refusal' }
    : { value: null, status: 'unparsed', rule: 'none' }
}
