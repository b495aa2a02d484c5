import { phrasesOf } from './params'
import { NO, evolved, yes, type HealthRule } from './rule'

// A refusal stands at the beginning; further on the words belong to the task.
const HEAD = 200
const HELP =
  '(?:help|assist|provide|comply|fulfil|answer|create|generate|write|rewrite|complete|do th|support|engage|continue|process|discuss|share|offer|give)'

// Apology with inability at the very beginning, "as an AI" with what it cannot do, policy wording.
const PATTERNS: readonly RegExp[] = [
  /^(?:i(?:'m| am) (?:very |so |truly |really )?sorry|sorry|i apologi[sz]e|my apologies|unfortunately)\b.{0,60}?\b(?:can't|cannot|can not|unable|not able|won't|don't|do not|not allowed|not possible)\b/,
  new RegExp(`^i (?:can't|cannot|can not|am unable to|am not able to|won't|will not) ${HELP}`),
  new RegExp(`^i'm (?:unable|not able) to ${HELP}`),
  /\bas an? (?:ai|artificial intelligence|(?:large )?language model|virtual assistant)\b.{0,60}?\bi (?:can't|cannot|can not|don't|do not|am not|am unable|won't|must)\b/,
  /^(?:i(?:'m| am) (?:not )?an? [^.!?\n]{1,60}\b(?:and|but|so) )?i (?:don't|do not) have the (?:ability|capability|capacity|means) to\b/,
  /\b(?:against|violates?|breach(?:es)?) (?:my|our|the|openai's) (?:ethical |safety |content |usage )*(?:guidelines|polic(?:y|ies)|programming|principles)\b/,
  /^(?:非常|很|十分)?(?:抱歉|对不起|對不起|遗憾|遺憾).{0,30}?(?:无法|無法|不能|不可以|不便)/,
  /^我(?:无法|無法|不能)(?:提供|协助|帮助|满足|完成|回答|生成|继续|改写)/,
  /作为(?:一个|一名|一款)?(?:人工智能|ai|语言模型|大语言模型).{0,30}?(?:无法|不能|不会|没有)/,
  /^(?:es tut mir (?:sehr )?leid|entschuldigung|tut mir leid)\b.{0,80}?\b(?:nicht|keine?n?)\b/,
  /^(?:je suis (?:vraiment |sincèrement )?désolée?|désolée?)(?!\p{L}).{0,60}?\bpeux pas\b/u,
  /^(?:lo siento|lo lamento)\b.{0,40}?\bno (?:puedo|me es posible)\b/,
  /^(?:desculpe|sinto muito|lamento)\b.{0,40}?\bnão (?:posso|consigo)\b/,
  /^(?:mi dispiace|spiacente)\b.{0,40}?\bnon posso\b/,
  /^(?:申し訳|すみません|恐れ入り).{0,60}?(?:できません|できかね|お答えでき|致しかね)/,
  /^(?:извините|к сожалению|простите).{0,40}?не (?:могу|в состоянии)/,
]

function headOf(text: string): string {
  return text
    .slice(0, HEAD)
    .toLowerCase()
    .replaceAll(/[’ʼ]/g, "'")
    .replaceAll(/\s+/g, ' ')
    .replace(/^[\s"'“”„«»「」*#]+/, '')
}

function refusalIn(text: string, phrases: readonly string[]): string | null {
  const head = headOf(text)
  for (const pattern of PATTERNS) {
    const found = pattern.exec(head)
    if (found) return found[0]
  }
  return phrases.find((phrase) => head.includes(phrase)) ?? null
}

/** The flag of a row in which the evolver refuses. */
export const refusal: HealthRule = {
  key: 'refusal',
  label: 'refusal',
  rule: 'Within its first 200 characters the instruction refuses (an apology with an inability, "as an AI ... I cannot", policy wording; in English, Chinese and seven more languages, and phrases of parameter refusals) and its parent does not.',
  read: ({ instruction, parent }, { refusals }) => {
    if (!parent) return { missing: 'no_parent' }
    const phrases = phrasesOf(refusals)
    const found = refusalIn(instruction, phrases)
    return found !== null && refusalIn(parent.instruction, phrases) === null ? yes(found) : NO
  },
  examples: [
    ['apology and inability', { instruction: 'I’m sorry, but I can’t help with that.' }, 'yes'],
    ['as an AI', { instruction: 'As an AI language model, I cannot rewrite this.' }, 'yes'],
    [
      'no ability',
      { instruction: "I'm not a chatbot and I don't have the ability to change this task." },
      'yes',
    ],
    ['policy', { instruction: 'This request goes against my guidelines.' }, 'yes'],
    ['in Chinese', { instruction: '很抱歉，我无法满足您的要求。' }, 'yes'],
    [
      'a letter of apology',
      { instruction: 'Write a letter: "I am sorry that I cannot come."' },
      'no',
    ],
    ['a task about it', { instruction: 'I cannot sleep. Suggest three remedies.' }, 'no'],
    [
      'a parent that says it already',
      evolved('Sorry, I cannot come: put it in Latin.', 'Sorry, I cannot come: translate.'),
      'no',
    ],
    ['no parent', { parent: null }, 'no_parent'],
  ],
}
