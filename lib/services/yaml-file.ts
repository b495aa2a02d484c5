import type { z } from 'zod'
import { AppError } from '@/lib/errors'
import { yamlValue } from './yaml-value'

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
