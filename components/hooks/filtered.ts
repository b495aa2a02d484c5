import { hashKey, type QueryClient, type QueryKey } from '@tanstack/react-query'
import { facetsEndpoint } from '@/lib/api/rows'
import type { RowFilter, ViewState } from '@/lib/contracts/filter'
import type { RowPage } from '@/lib/contracts/rows'
import { call } from './api'
import { studyKeys } from './keys'

// A changed filter is one request: the first rows bring the counts along, and whoever else wants them waits for that reply.

const isSame = (a: unknown, b: unknown) => hashKey([a]) === hashKey([b])

/** Whether the counts under this filter are to be asked for with its rows: they are shown, and not known yet. */
function areWanted(client: QueryClient, studyId: string, filter: RowFilter, counted: QueryKey) {
  const known = client.getQueryState(studyKeys.facets(studyId, filter, counted as string[]))
  if (known?.data !== undefined && !known.isInvalidated) return false
  // The first rows of a page do not wait for columns that are read from the disk.
  const shown = client.getQueryCache().findAll({ queryKey: studyKeys.anyFacets(studyId) })
  return shown.some((one) => one.state.data !== undefined && isSame(one.queryKey.at(-1), counted))
}

/** Returns the first rows of a list together with the counts under its filter, which are kept; null where the counts are not wanted. */
export async function firstRows(
  client: QueryClient,
  studyId: string,
  { state, counted, limit }: { state: ViewState; counted: string[]; limit: number },
  signal: AbortSignal,
): Promise<RowPage | null> {
  const { filter } = state
  if (!areWanted(client, studyId, filter, counted)) return null
  const query = { state, counted, limit }
  const facets = await call(facetsEndpoint, { params: { studyId }, query, signal })
  const { page } = facets
  if (!page) return null
  for (const columns of [counted, []])
    client.setQueryData(studyKeys.facets(studyId, filter, columns), facets)
  return page
}

/** Returns what the first rows of a filter brought along under a key, once they are there; undefined where none are being read. */
export async function broughtAlong<T>(
  { client, queryKey }: { client: QueryClient; queryKey: QueryKey },
  studyId: string,
  filter: RowFilter,
): Promise<T | undefined> {
  const since = Date.now()
  // What one drawing of the page asks for begins in the same turn.
  await new Promise((resolve) => setTimeout(resolve))
  const [list] = client.getQueryCache().findAll({
    queryKey: studyKeys.rowWindows(studyId),
    fetchStatus: 'fetching',
    predicate: ({ queryKey: key }) =>
      key.at(-1) === 0 && isSame((key.at(-2) as ViewState).filter, filter),
  })
  await list?.promise?.catch(() => undefined)
  const { data, dataUpdatedAt = 0 } = client.getQueryState<T>(queryKey) ?? {}
  return list && dataUpdatedAt >= since ? data : undefined
}
