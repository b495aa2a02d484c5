import type { z } from 'zod'
import { parseDocument } from 'yaml'
import { AppError } from '@/lib/errors'

/** Far above any file of this kind that a person writes. */
const MAX_CHARACTERS = 1_000_000

/**
 * Returns what a YAML file says as its schema reads it; throws `invalid_input` with the place of what is wrong. `what` names the
 * file in errors ("rule file"), `placeOf` the place as people count it.
 */
export function parseYamlFile<S extends z.ZodType>(
  text: string,
  schema: S,
  what: string,
  placeOf: (path: readonly PropertyKey[]) => string = (path) => path.map(String).join('.'),
): z.output<S> {
  const no = (problem: string) => new AppError('invalid_input', `The ${what} ${problem}`)
  if (text.length > MAX_CHARACTERS) throw no(`has more than ${MAX_CHARACTERS} characters.`)
  const document = parseDocument(text)
  const [problem] = document.errors
  if (problem) throw no(`is not YAML: ${problem.message}`)
  let value: unknown
  try {
    value = document.toJS({ maxAliasCount: 100 })
  } catch (error) {
    throw no(`is not YAML: ${(error as Error).message}`)
  }
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const place = placeOf(issue?.path ?? [])
  throw no(`is not valid${place ? ` at ${place}` : ''}: ${issue?.message}.`)
}
