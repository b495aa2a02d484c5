import { parseDocument } from 'yaml'
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
