import { CHAT_ROLES, type ChatRole } from '@/lib/contracts/cell'
import type { ImportQuestion } from '@/lib/contracts/import-questions'
import { AppError } from '@/lib/errors'

/** Quotes a value for a shell; columns and speakers have names that the file chose. */
function shellWord(text: string): string {
  return /^[\w.-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`
}

/** Returns the options of `import` that take a suggestion over, empty when there is none. */
export function suggestedFlags({ suggestion }: ImportQuestion): string[] {
  if (suggestion === null) return []
  const { tags, ...columns } = suggestion.mapping
  const mapped = Object.entries(columns).flatMap(([field, column]) =>
    typeof column === 'string' ? [`--${field} ${shellWord(column)}`] : [],
  )
  const roles = Object.entries(tags?.roles ?? {}).map(
    ([name, role]) => `--role ${shellWord(`${name}=${role}`)}`,
  )
  return [...mapped, ...roles]
}

/** Returns a question with the options that answer it as suggested. */
export function questionText(question: ImportQuestion): string {
  const flags = suggestedFlags(question).join(' ')
  return flags === '' ? question.message : `${question.message} If so: ${flags}, or --yes.`
}

/** Returns the speakers that `--role name=who` options name. Throws `invalid_input` for a who that is none. */
export function rolesOf(values: readonly string[]): Record<string, ChatRole> {
  const roles = values.map((value): [string, ChatRole] => {
    const at = value.lastIndexOf('=')
    const role = CHAT_ROLES.find((known) => known === value.slice(at + 1))
    if (at > 0 && role) return [value.slice(0, at), role]
    throw new AppError(
      'invalid_input',
      `--role ${value}: write the name in the file, "=" and one of ${CHAT_ROLES.join(', ')}.`,
    )
  })
  return Object.fromEntries(roles)
}
