import { AppError } from '@/lib/errors'

/** Fixed text on which tokenizers are compared: blanks, digits, a line break, letters beyond ASCII, code. */
export const CHECK_TEXT = 'Zwölf Boxen, 3 % off:\n  if (x1 >= 20) return "naïve" ;\tΩ 日本'

/** Returns the id that a tokenizer puts in front of a text by itself, null when none; throws for other special tokens. */
export function bosOf(plain: Int32Array, special: Int32Array): number | null {
  const added = special.length - plain.length
  const tail = special.subarray(Math.max(0, added))
  if (added >= 0 && added <= 1 && tail.every((id, i) => id === plain[i])) {
    return added === 1 ? (special[0] as number) : null
  }
  throw new AppError(
    'capability_missing',
    'The tokenizer adds special tokens other than one BOS in front, so losses would be of other tokens.',
    { details: { kind: 'config', reason: 'special_tokens', httpStatus: null } },
  )
}

/** Throws `invalid_input` unless a local tokenizer makes of the check text what the server makes of it. */
export function compareTokenizers(local: Int32Array, server: Int32Array): void {
  const at = local.findIndex((id, i) => id !== server[i])
  if (local.length === server.length && at === -1) return
  throw new AppError(
    'invalid_input',
    `The tokenizer file is not that of the server: they differ from token ${at === -1 ? Math.min(local.length, server.length) : at} of a fixed text on. Give the tokenizer.json of the served model.`,
    { details: { kind: 'config', reason: 'tokenizer_differs', httpStatus: null } },
  )
}
