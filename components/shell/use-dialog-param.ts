import { parseAsString, useQueryState } from 'nuqs'

/** The open dialog of a page, kept in the URL as `do`, so that the palette and links can open it. */
export function useDialogParam<Name extends string>(
  names: readonly Name[],
): [Name | null, (name: Name | null) => void] {
  const [value, setValue] = useQueryState('do', parseAsString)
  const name = names.find((one) => one === value) ?? null
  return [name, (next) => void setValue(next, { history: next === null ? 'replace' : 'push' })]
}
