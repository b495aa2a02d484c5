type Named = { id: string; label: string }

/** Returns the plan with each backend under the name that the function gives it; drafts that are not whole yet will do. */
export function withBackends<T>(
  plan: T,
  nameOf: (backend: string, field: string) => string,
  path: readonly string[] = [],
): T {
  if (Array.isArray(plan)) {
    return plan.map((part, at) => withBackends(part, nameOf, [...path, String(at)])) as T
  }
  if (typeof plan !== 'object' || plan === null) return plan
  const renamed = Object.entries(plan).map(([key, value]) => {
    const field = [...path, key]
    const isBackend = key === 'backend' || path.join('.') === 'measures.backends'
    if (isBackend && typeof value === 'string') return [key, nameOf(value, field.join('.'))]
    return [key, withBackends(value, nameOf, field)]
  })
  return Object.fromEntries(renamed) as T
}

/** Returns what gives backends the names that a plan's file uses: the label, or the id where two backends have the label. */
export function backendNames(backends: readonly Named[]): (id: string) => string {
  return (id) => {
    const label = backends.find((one) => one.id === id)?.label
    const isAlone = backends.filter((one) => one.label === label).length === 1
    return label !== undefined && isAlone ? label : id
  }
}
