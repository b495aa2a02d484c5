import { z } from 'zod'

// A parameter is hashed and shown whole; longer lists are of no use on a card.
const PHRASES_LETTERS = 2_000

/** Parameters of all rules. */
export const healthParams = z.object({
  nearCopy: z
    .number()
    .min(0.5)
    .max(1)
    .default(0.9)
    .describe('Near copy: smallest share of character 5-grams that row and parent have in common.'),
  refusals: z
    .string()
    .max(PHRASES_LETTERS)
    .default('')
    .describe(
      'Refusal: further phrases, one a line, that count within the first 200 characters, in whatever case.',
    ),
  markers: z
    .string()
    .max(PHRASES_LETTERS)
    .default('')
    .describe('Leaked template: further pieces of a template, one a line, in whatever case.'),
  sameScript: z
    .enum(['detect', 'ignore'])
    .default('detect')
    .describe(
      'Language switch within one script, such as English to French. detect: by a language detector, where it is sure of both texts. ignore: only a change of script counts.',
    ),
  truncation: z
    .enum(['reported_or_text', 'reported'])
    .default('reported_or_text')
    .describe(
      'Truncated, where the file gives no finish reason. reported_or_text: judged by the end of the text. reported: no value.',
    ),
  longText: z
    .number()
    .int()
    .min(1)
    .max(100_000)
    .default(1_000)
    .describe(
      'Truncated, without a finish reason: a text that does not end with closing punctuation is cut if it has more words than this.',
    ),
  addedWords: z
    .number()
    .int()
    .min(0)
    .max(100_000)
    .default(40)
    .describe(
      'Over-long: most words that a depth or automatic operator may add. Their prompts ask for 10 to 20.',
    ),
  budget: z
    .number()
    .int()
    .min(0)
    .max(100_000)
    .default(20)
    .describe(
      'Over budget: most words that the prompt of a depth or automatic operator allows to add.',
    ),
  unknownOperator: z
    .enum(['missing', 'depth', 'breadth'])
    .default('missing')
    .describe(
      'Over-long and over budget: what rows are whose operator is not known. missing: no value. depth, breadth: as made by such an operator.',
    ),
})
export type HealthParams = z.infer<typeof healthParams>

/** Returns the phrases of a list that has one a line. */
export function phrasesOf(list: string): string[] {
  return list
    .split('\n')
    .map((line) => line.trim().toLowerCase())
    .filter((line) => line !== '')
}
