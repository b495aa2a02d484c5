import { useQueryClient } from '@tanstack/react-query'
import { firstRows } from '@/components/hooks/filtered'
import { studyKeys } from '@/components/hooks/keys'
import { fetchRowWindow, ROW_WINDOW } from '@/components/hooks/use-rows'
import {
  useItemAt,
  useWindows,
  type Listed,
  type WindowSource,
} from '@/components/hooks/use-windows'
import type { ViewState } from '@/lib/contracts/filter'
import type { RowPage } from '@/lib/contracts/rows'

/** What is known of the list as a whole. */
export type ListedRows = Listed

const rowsOf = (page: RowPage) => page.rows

const windowsOf = (studyId: string, state: ViewState): WindowSource<RowPage> => ({
  size: ROW_WINDOW,
  keyOf: (page) => studyKeys.rowWindow(studyId, state, page),
  fetch: (page, signal) => fetchRowWindow(studyId, state, page, signal),
})

/** Rows of the list by index, asked for in windows around what is in view; the first rows under a new filter bring the counts of columns along. */
export function useRowWindows(
  studyId: string,
  state: ViewState,
  { first, last, counted }: { first: number; last: number; counted: string[] },
) {
  const client = useQueryClient()
  const plain = windowsOf(studyId, state)
  const fetch: typeof plain.fetch = async (page, signal) => {
    if (page > 0) return plain.fetch(page, signal)
    const asked = { state, counted, limit: ROW_WINDOW }
    const found =
      (await firstRows(client, studyId, asked, signal)) ?? (await plain.fetch(0, signal))
    client.setQueryData(studyKeys.rowCount(studyId, state.filter), found)
    return found
  }
  const { itemAt, ...windows } = useWindows({ ...plain, fetch }, first, last)
  return { ...windows, rowAt: (index: number) => itemAt(index, rowsOf) }
}

/** Asks for a row of the list by index, in view or not. */
export function useRowAt(studyId: string, state: ViewState) {
  return useItemAt(windowsOf(studyId, state), rowsOf)
}
