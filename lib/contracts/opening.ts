import { z } from 'zod'

/** Text encodings that a file can be read in. */
export const ENCODINGS = ['utf-8', 'utf-16le', 'utf-16be', 'gb18030', 'windows-1252'] as const
export type Encoding = (typeof ENCODINGS)[number]

/** How a file is opened: what the user decided where the file alone does not say it, kept with the rows. */
export const openingSchema = z.object({
  /** null = UTF-8, or what the byte-order mark says. */
  encoding: z.enum(ENCODINGS).nullable().default(null),
  /** The rows lie in an array inside one object. */
  unwrap: z.boolean().default(false),
  /** `last` keeps the last value of a key that occurs twice in one object. */
  duplicateKeys: z.enum(['error', 'last']).default('error'),
  /** `replace` puts U+FFFD for half of a surrogate pair. */
  loneSurrogates: z.enum(['error', 'replace']).default('error'),
})
export type Opening = z.infer<typeof openingSchema>

/** A file that needs no decision. */
export const PLAIN_OPENING: Opening = openingSchema.parse({})

/** Returns whether nothing had to be decided to open a file. */
export function isPlain(opening: Opening): boolean {
  return JSON.stringify(openingSchema.parse(opening)) === JSON.stringify(PLAIN_OPENING)
}
