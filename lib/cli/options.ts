import type { z } from 'zod'
import { AppError } from '@/lib/errors'

/** Returns a parsed value; throws `invalid_input` that names the option, as it is typed, and what is wrong with it. */
export function parseOption<T>(schema: z.ZodType<T>, value: unknown, option?: string): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const place = issue?.path.map(String) ?? []
  const name = option ?? flagOf(place.shift() ?? '')
  const at = place.length > 0 ? ` (${place.join('.')})` : ''
  throw new AppError('invalid_input', `${name}${at}: ${issue?.message ?? 'not valid'}`)
}

/** Returns the flag of an option as it is typed: `--byte-order-mark` of `byteOrderMark`. */
export function flagOf(name: string): string {
  return `--${name.replaceAll(/[A-Z]/g, (one) => `-${one.toLowerCase()}`)}`
}
