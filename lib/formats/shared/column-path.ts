import type { JsonObject, JsonValue } from '../types'

/** Returns an own property, undefined when the object lacks it (never one of the prototype). */
export function own(value: JsonObject, key: string | null | undefined): JsonValue | undefined {
  return key !== null && key !== undefined && Object.hasOwn(value, key) ? value[key] : undefined
}

/** True for a JSON object. */
export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

// A mapping names a dozen columns at most; more are typing in the preview.
const KEPT_PATHS = 64
const STEP = /^(?:\.([^.[\]]+)|\[(\d{1,6})\])/
const paths = new Map<string, (string | number)[] | null>()

/** Returns the steps of `responses[0].text`, null for a plain name. */
function parsePath(column: string): (string | number)[] | null {
  const first = /^[^.[\]]+/.exec(column)?.[0]
  if (first === undefined || first.length === column.length) return null
  const steps: (string | number)[] = [first]
  for (let rest = column.slice(first.length); rest !== '';) {
    const [whole, name, position] = STEP.exec(rest) ?? []
    if (whole === undefined) return null
    steps.push(name ?? Number(position))
    rest = rest.slice(whole.length)
  }
  return steps
}

function stepsOf(column: string): (string | number)[] | null {
  let steps = paths.get(column)
  if (steps === undefined) {
    if (paths.size >= KEPT_PATHS) paths.clear()
    steps = parsePath(column)
    paths.set(column, steps)
  }
  return steps
}

/** Returns the value of a mapped column: a key of the row, or a place inside one (`responses[0]`, `instances[0].output`); undefined when it is not there. */
export function valueAt(row: JsonObject, column: string | null | undefined): JsonValue | undefined {
  if (column === null || column === undefined) return undefined
  if (Object.hasOwn(row, column)) return row[column]
  let at: JsonValue | undefined = row
  for (const step of stepsOf(column) ?? [column]) {
    if (typeof step === 'number') at = Array.isArray(at) ? at[step] : undefined
    else at = isObject(at) ? own(at, step) : undefined
  }
  return at
}
