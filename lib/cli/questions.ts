import type { ImportQuestion } from '@/lib/contracts/import-questions'

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
