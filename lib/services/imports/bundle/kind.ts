import type { ColumnKind } from '@/lib/contracts/column-kinds'
import { LIMITS } from '@/lib/contracts/limits'
import { carriesValue, statusCode, STATUSES, type StatusName } from '@/lib/contracts/status'
import { listMetrics } from '@/lib/metrics'
import { readKind } from '@/lib/metrics/imported/kinds'

/** Returns the status that a text names, null where there is none of this name. */
export function statusNamed(name: unknown): StatusName | null {
  return STATUSES.find((one) => one.name === name)?.name ?? null
}

/** Returns why a value and the status beside it contradict each other, null where they do not. */
export function contradictsStatus(value: unknown, status: unknown): string | null {
  const name = statusNamed(status)
  if (name === null) return `the status ${JSON.stringify(status ?? null).slice(0, 40)} is not known`
  const hasValue = value !== null && value !== undefined
  if (carriesValue(statusCode(name)) === hasValue) return null
  return hasValue ? `a value stands beside the status ${name}` : `no value beside ${name}`
}

/** What kind of column its values make, learnt one by one. */
export class KindOfValues {
  #types = new Set<string>()
  #words = new Set<string>()
  #isShort = true

  add(value: unknown): void {
    if (value === null || value === undefined) return
    this.#types.add(Array.isArray(value) ? 'list' : typeof value)
    if (Array.isArray(value) && 'status' in readKind('tags', { raw: value })) this.#types.add('odd')
    if (typeof value !== 'string' || !this.#isShort) return
    this.#words.add(value)
    this.#isShort =
      this.#words.size <= LIMITS.categories && !('status' in readKind('category', { raw: value }))
    if (!this.#isShort) this.#words.clear()
  }

  /** The kind, null where the values have no one kind that a column can hold. */
  get kind(): ColumnKind | null {
    const [type, another] = this.#types
    if (another !== undefined) return null
    if (type === 'list') return 'tags'
    if (type === 'boolean') return 'boolean'
    if (type === 'string') return this.#isShort ? 'category' : 'text'
    // Without any value the statuses are all there is.
    return type === 'number' || type === undefined ? 'number' : null
  }
}

/** Returns whether a column is computed of a row's own texts whenever it is read, so that it need not be brought along. */
export function isOfTexts(columnId: string): boolean {
  const [metric] = columnId.split('.')
  return listMetrics().some(({ id, kind }) => kind === 'text' && id === metric)
}
