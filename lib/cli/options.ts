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

/** Returns what the JSON of an option holds; throws `invalid_input` that names the option where it is none. */
export function parseJsonOption(text: string, option: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new AppError('invalid_input', `${option} is not valid JSON.`)
  }
}

/** Returns the parameters of a metric that `--params` holds, none without it; throws `invalid_input` where it is not JSON. */
export function parseParamsOption(text: string | undefined): Record<string, unknown> {
  if (text === undefined) return {}
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch {
    throw new AppError(
      'invalid_input',
      '--params is not JSON. Example: --params \'{"maxTokens": 32}\'',
    )
  }
}

/** Returns the flag of an option as it is typed: `--byte-order-mark` of `byteOrderMark`. */
export function flagOf(name: string): string {
  return `--${name.replaceAll(/[A-Z]/g, (one) => `-${one.toLowerCase()}`)}`
}

/** Returns the row that an option names; throws `invalid_input` that says how rows are named. */
export function rowNamed(text: string, option: string): { cellId: string; idx: number } {
  const [, cellId, idx] = /^(.+)\.(\d+)$/.exec(text) ?? []
  if (cellId !== undefined) return { cellId, idx: Number(idx) }
  throw new AppError(
    'invalid_input',
    `${option} ${text}: write <file id>.<number>, as \`row=\` of the address of an open row shows it.`,
  )
}
