import { parseDocument } from 'yaml'
import type { z } from 'zod'
import { AppError } from '@/lib/errors'

/** Far above any file that a person writes. */
const MAX_CHARACTERS = 1_000_000

/** Returns the value of a YAML (or JSON) text; `what` names the file in messages: "The rule file". Throws `invalid_input` with the place. */
export function yamlValue(text: string, what: string): unknown {
  if (text.length > MAX_CHARACTERS) {
    throw new AppError('invalid_input', `${what} has more than ${MAX_CHARACTERS} characters.`)
  }
  const document = parseDocument(text)
  const [problem] = document.errors
  if (problem) throw new AppError('invalid_input', `${what} is not YAML: ${problem.message}`)
  try {
    return document.toJS({ maxAliasCount: 100 })
  } catch (error) {
    throw new AppError('invalid_input', `${what} is not YAML: ${(error as Error).message}`)
  }
}

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
  const parsed = schema.safeParse(yamlValue(text, `The ${what}`))
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const place = placeOf(issue?.path ?? [])
  throw new AppError(
    'invalid_input',
    `The ${what} is not valid${place ? ` at ${place}` : ''}: ${issue?.message}.`,
  )
}
