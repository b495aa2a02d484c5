import { z } from 'zod'
import { LIMITS, nameSchema } from './limits'
import { parseWords } from './word-query'

/** Texts of a row that are searched. */
export const FIND_FIELDS = ['instruction', 'input', 'response'] as const
export type FindField = (typeof FIND_FIELDS)[number]

/** What is looked for: texts end at a NUL in SQLite's patterns, and half of a surrogate pair is in no stored text. */
export const searchedText = z
  .string()
  .max(LIMITS.search)
  .refine((text) => !/\p{Cs}/u.test(text) && !text.includes('\0'), {
    message:
      'The search holds a NUL or half of a character (a lone surrogate); type it again without.',
  })

/** The one text that is searched; any of them where it is left out. */
const where = { in: z.enum(FIND_FIELDS).exactOptional() }

/** Text as it stands in instruction, input or current response, an empty one in every row; capital letters count only where asked for. */
export const textAtomSchema = z.object({
  is: z.literal('text'),
  text: searchedText,
  matchCase: z.boolean().exactOptional(),
  ...where,
})

/** Words and "phrases", whatever their case: evol* begins so, -word is not there, OR between two. */
export const wordsAtomSchema = z.object({
  is: z.literal('words'),
  query: searchedText.min(1).superRefine((query, context) => {
    const read = parseWords(query)
    if (!('error' in read)) return
    const message = `${read.error.message} (character ${read.error.at + 1})`
    context.addIssue({ code: 'custom', message })
  }),
  ...where,
})

/** A regular expression of RE2, which takes time in proportion to the text; capital letters count unless told otherwise. */
export const regexAtomSchema = z.object({
  is: z.literal('regex'),
  pattern: searchedText.min(1),
  ignoreCase: z.boolean().exactOptional(),
  ...where,
})

/** What the search box and its options ask for. */
export const findSchema = z.discriminatedUnion('is', [
  textAtomSchema,
  wordsAtomSchema,
  regexAtomSchema,
])
export type Find = z.infer<typeof findSchema>

/** Likenesses at which groups of copies in wording are told apart; below, rows are hardly copies. */
export const WORDING_LIKENESSES = Array.from({ length: 21 }, (_, k) => (60 + 2 * k) / 100)

/**
 * Copies inside of a file: one row of each group with those that stand alone, or all rows of groups. Near ones are linked
 * by the run of the minimum neighbour distance, which names the nearest row of each; copies in wording are rows whose sketches (metric
 * "Wording") are so alike. With `across` exact copies and copies in wording are those of all files, and of the rows that all the rest of the filter keeps the first one stands for its group.
 */
export const repeatsAtomSchema = z.object({
  is: z.literal('repeats'),
  of: z.enum(['near', 'wording', 'exact']),
  /** Least cosine of a row and its nearest one, or share of word sequences in common; means nothing for exact copies. */
  likeness: z.number().min(-1).max(1).default(0.95),
  keep: z.enum(['representatives', 'members']),
  across: z.literal('filter').exactOptional(),
})

/** A text of one's own that rows are compared with: it is embedded as an instruction without input. */
export const typedTextSchema = searchedText.refine((text) => text.trim() !== '', 'Type a text.')

/**
 * The rows whose embeddings are nearest to that of a row or of a typed text, by cosine; the row itself is left out. They are those of the
 * whole study, so that fewer than `top` may be left by the other conditions; with `within` those of the rows that all the rest of the
 * filter keeps.
 */
export const similarAtomSchema = z.object({
  is: z.literal('similar'),
  to: z.union(
    [
      z.object({ cellId: nameSchema, idx: z.number().int().min(0) }),
      z.object({ text: typedTextSchema }),
    ],
    { error: 'Name a row by cellId and idx, or give a text.' },
  ),
  top: z.number().int().min(1).max(1_000).default(100),
  within: z.literal('filter').exactOptional(),
})
