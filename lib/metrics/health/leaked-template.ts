import { evolvePrompt } from '@/lib/prompts'
import { OPERATORS } from '@/lib/prompts/operators'
import { phrasesOf } from './params'
import { NO, evolved, yes, type HealthRule } from './rule'

// Headers of the evolution prompts of WizardLM and Auto-Evol, between hash signs in whatever case.
const HEADERS = [
  'rewritten prompt',
  'the given prompt',
  'given prompt',
  'created prompt',
  'methods list',
  'plan',
  'rewritten instruction',
  'final rewritten instruction',
  'finally rewritten instruction',
  'instruction',
]
const HEADER = new RegExp(`#\\s?(?:${HEADERS.join('|')})\\s?#`, 'i')
const OPENING = /^[\s#*"'“]*(?:rewritten|created) (?:prompt|instruction)[\s#*"']{0,4}[:：]/i
// Marks of chat templates, which no task holds unless it is about them.
const CHAT = /<\|(?:im_start|im_end|eot_id|start_header_id|endoftext)\|>|\[\/?INST\]/
// What a small model makes of the wording of these prompts: words to add by number, that the task stays possible, the list.
const PARAPHRASES: readonly RegExp[] = [
  /\b1\d ?(?:to|-|–) ?20 (?:more )?words? (?:longer|more)\b/i,
  /\b(?:10|ten|20|twenty) (?:more )?words? longer\b/i,
  /\b(?:must|should|still|makes? sense and)(?: \w+){0,3} possible to (?:do|complete|accomplish)\b(?! (?:it|this|so))/i,
  /\b(?:task|one) from (?:the|a|another) list(?: of tasks)?\b/i,
  /\b(?:the task|task itself),? (?:and )?(?:only the task,? )?not (?:its|the) answer\b/i,
]
// Four words in a row may be chance; five of a prompt in a row are the prompt's.
const RUN = 5

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []
}

let runs: Set<string> | null = null

/** Every run of five words in the evolution prompts, between their placeholders. */
function promptRuns(): Set<string> {
  if (runs) return runs
  runs = new Set()
  for (const operator of OPERATORS) {
    for (const piece of evolvePrompt(operator).template.split(/\{[a-z_]+\}/)) {
      const words = wordsOf(piece)
      for (let at = 0; at + RUN <= words.length; at += 1) {
        runs.add(words.slice(at, at + RUN).join(' '))
      }
    }
  }
  return runs
}

function promptWording(text: string): string | null {
  const words = wordsOf(text)
  const known = promptRuns()
  for (let at = 0; at + RUN <= words.length; at += 1) {
    const run = words.slice(at, at + RUN).join(' ')
    if (known.has(run)) return run
  }
  return null
}

/** The first paraphrase in a text that is not in its parent, which may be about such things. */
function paraphraseIn(text: string, parent: string): string | null {
  const own = PARAPHRASES.find((pattern) => pattern.test(text) && !pattern.test(parent))
  return own?.exec(text)?.[0] ?? null
}

/** The flag of a row that holds pieces of the evolver's prompt. */
export const leakedTemplate: HealthRule = {
  key: 'leaked_template',
  label: 'leaked template',
  rule: 'The instruction holds a header of an evolution prompt (#Rewritten Prompt#, #Methods List# and the like), begins with "rewritten prompt:" or "created prompt:", holds a mark of a chat template, five words in a row of an evolution prompt of Evolens, what small models make of these words ("20 words longer", "must be possible to do", "task from the list") unless the parent has it too, or a phrase of parameter markers.',
  read: ({ instruction, parent }, { markers }) => {
    const lower = instruction.toLowerCase()
    const found =
      HEADER.exec(instruction)?.[0] ??
      OPENING.exec(instruction)?.[0].trim() ??
      CHAT.exec(instruction)?.[0] ??
      phrasesOf(markers).find((phrase) => lower.includes(phrase)) ??
      promptWording(instruction) ??
      paraphraseIn(instruction, parent?.instruction ?? '')
    return found === null ? NO : yes(found)
  },
  examples: [
    ['a header', { instruction: '#rewritten prompt#:\nWrite a poem.' }, 'yes'],
    ['a header of Auto-Evol', { instruction: 'Step 2 #Plan#: combine both.' }, 'yes'],
    ['the opening words', { instruction: 'Created Prompt: Write a poem.' }, 'yes'],
    ['a chat template', { instruction: 'Write a poem.<|im_end|>' }, 'yes'],
    ['words of the prompt', { instruction: 'Write a poem 10 to 20 words longer.' }, 'yes'],
    ['a paraphrase of it', { instruction: 'It must still be possible to do. Sing.' }, 'yes'],
    [
      'a paraphrase that the parent has',
      evolved('Say whether it must be possible to do.', 'Must it be possible to do?'),
      'no',
    ],
    ['a task of length', { instruction: 'Make the letter 50 words longer.' }, 'no'],
    ['without a parent', { instruction: 'Ten words longer!', parent: null }, 'yes'],
    ['a plan', { instruction: 'Make a #plan for my garden, and call it Plan #1.' }, 'no'],
    [
      'a task about prompts',
      { instruction: 'Explain what a rewritten prompt is: a definition.' },
      'no',
    ],
  ],
}
