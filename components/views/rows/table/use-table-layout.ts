import { useLocalStorage } from '@mantine/hooks'
import { parseAsArrayOf, parseAsString, useQueryStates } from 'nuqs'
import { useCallback, useEffect, useMemo } from 'react'
import type { TableLayout } from '@/lib/contracts/filter'
import { DEFAULT_OWN } from './row-columns'

const ids = parseAsArrayOf(parseAsString)
const parsers = { fields: ids, order: ids, pins: ids }
const NOTHING: TableLayout = { fields: DEFAULT_OWN, order: [], pins: [] }

interface TableLayoutControls {
  layout: TableLayout
  set(patch: Partial<TableLayout>): void
}

/** Which parts of a row are columns, in which order, and which stay at the left: in the URL, and remembered for the study. */
export function useTableLayout(studyId: string): TableLayoutControls {
  const [kept, keep] = useLocalStorage<TableLayout | null>({
    key: `evolens-table-${studyId}`,
    defaultValue: null,
  })
  const [{ fields, order, pins }, setState] = useQueryStates(parsers)
  const isInUrl = fields !== null || order !== null || pins !== null
  // A link that is copied holds the layout, whichever way it came about.
  useEffect(() => {
    if (!isInUrl && kept) void setState(kept, { history: 'replace' })
  }, [isInUrl, kept, setState])

  const layout = useMemo<TableLayout>(
    () => ({
      fields: fields ?? NOTHING.fields,
      order: order ?? NOTHING.order,
      pins: pins ?? NOTHING.pins,
    }),
    [fields, order, pins],
  )
  const set = useCallback(
    (patch: Partial<TableLayout>) => {
      const next = { ...layout, ...patch }
      keep(next)
      void setState(next)
    },
    [layout, keep, setState],
  )
  return useMemo(() => ({ layout, set }), [layout, set])
}
