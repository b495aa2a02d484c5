import { z } from 'zod'
import { texts } from './fields'
import { tableLayoutSchema, viewStateSchema } from './filter'
import { LIMITS, nameSchema } from './limits'
import { plainObjectSchema } from './plain-object'

/** Pages of a study, by the name that stands in their address; the overview has none. */
const VIEW_PAGES = [
  'overview',
  'rows',
  'responses',
  'lineage',
  'figures',
  'map',
  'compare',
  'agreement',
  'blind',
  'results',
  'claims',
  'subsets',
  'decisions',
  'export',
] as const

/** What a page shows: the page, and what stands in its address after the question mark. */
export const pageStateSchema = z.object({
  page: z.enum(VIEW_PAGES),
  params: z
    .record(nameSchema, z.string())
    .refine(
      (params) => JSON.stringify(params).length <= LIMITS.settings,
      `A view keeps at most ${LIMITS.settings} characters.`,
    ),
})
export type PageState = z.infer<typeof pageStateSchema>

/** What views were before every page had them: filter, order and columns, with figures or the layout of the table. */
const formerStateSchema = viewStateSchema.extend({
  figures: z.object({ show: z.string().nullable(), options: plainObjectSchema }).exactOptional(),
  table: tableLayoutSchema.exactOptional(),
})

function toPageState(state: z.output<typeof formerStateSchema>): PageState {
  const { filter, sort, columns, figures, table } = state
  // A comma separates the entries of a list in an address.
  const listed = (ids: readonly string[]) => ids.map((id) => id.replaceAll(',', '%2C')).join()
  const params = {
    filter: JSON.stringify(filter),
    sort: `${sort.descending ? '-' : ''}${sort.column}`,
    cols: listed(columns),
    ...(figures ? { show: figures.show ?? '', figures: JSON.stringify(figures.options) } : {}),
    ...(table
      ? { fields: listed(table.fields), order: listed(table.order), pins: listed(table.pins) }
      : {}),
  }
  const kept = Object.entries(params).filter(([, value]) => value !== '')
  return { page: figures ? 'figures' : 'rows', params: Object.fromEntries(kept) }
}

/** A stored view; those of before are read as views of the page that they were saved on. */
export const storedView = z.union([pageStateSchema, formerStateSchema.transform(toPageState)])

export const savedViewSchema = z.object({
  ...texts('id', 'name'),
  /** null where it cannot be read: such a view can only be removed. */
  state: pageStateSchema.nullable(),
  createdAt: z.number(),
})
export type SavedView = z.infer<typeof savedViewSchema>

const viewName = z.string().trim().min(1).max(LIMITS.viewName)
export const viewInputSchema = z.object({ name: viewName, state: pageStateSchema })

/** A view as a file, with the study that it was saved in. */
export const viewFileSchema = z.object({
  evolens_view: z.literal(1),
  study: z.object(texts('id', 'name')),
  ...viewInputSchema.shape,
})
export type ViewFile = z.infer<typeof viewFileSchema>

/** A part of a view that a study has not. */
export const missingPartSchema = z.object({
  what: z.enum([
    'column',
    'run',
    'evolver',
    'seed set',
    'round',
    'export',
    'subset',
    'map',
    'file',
    'figure',
    'benchmark',
    'response set',
    'part that can be read',
  ]),
  name: z.string(),
})
export type MissingPart = z.infer<typeof missingPartSchema>

/** A view file as a study can show it. */
export const checkedViewSchema = viewInputSchema.extend({
  /** Name of the study that the file comes from where that is another one. */
  from: z.string().nullable(),
  missing: z.array(missingPartSchema),
})
export type CheckedView = z.infer<typeof checkedViewSchema>

/** Dialogs that are open are no part of a view. */
const NOT_KEPT = new Set(['do'])

/** Returns what the address of a study's page shows, or null where it is none. */
export function stateOfAddress(address: string): PageState | null {
  if (!URL.canParse(address, 'http://localhost')) return null
  const { pathname, searchParams } = new URL(address, 'http://localhost')
  const [, page = 'overview'] = /^\/studies\/[^/]+(?:\/([^/]+))?\/?$/.exec(pathname) ?? ['', '?']
  const params = [...searchParams].filter(([name]) => !NOT_KEPT.has(name))
  return pageStateSchema.safeParse({ page, params: Object.fromEntries(params) }).data ?? null
}

/** Returns the address at which a study shows a view. */
export function viewAddress(studyId: string, { page, params }: PageState): string {
  const query = new URLSearchParams(params).toString()
  const path = `/studies/${studyId}${page === 'overview' ? '' : `/${page}`}`
  return query === '' ? path : `${path}?${query}`
}

/** Returns what a study lacks of a view, in words. */
export function missingText(missing: readonly MissingPart[]): string {
  return missing.map(({ what, name }) => `no ${what} "${name}"`).join('; ')
}
