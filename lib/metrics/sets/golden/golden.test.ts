import { describe, expect, it } from 'vitest'
import { getMeasured } from '@/lib/metrics'
import golden from './fixtures/golden.json'

const sets: Record<string, readonly (string | readonly number[])[]> = golden.sets

/** The members as a measure gets them: texts, or float64 vectors in one row-major matrix. */
function membersOf(name: string): unknown {
  const members = sets[name] ?? []
  if (typeof members[0] === 'string') return members
  const rows = members as readonly (readonly number[])[]
  return { matrix: Float64Array.from(rows.flat()), n: rows.length, d: rows[0]?.length }
}

describe('measures of a set against numpy and gzip of Python', () => {
  it.each(golden.cases.map((one) => [`${one.metric}: ${one.name}`, one] as const))(
    '%s',
    async (_, { metric, set, params, expected }) => {
      const found = await getMeasured(metric).set?.numbers(membersOf(set), params)
      for (const [key, value] of Object.entries(expected)) {
        expect([key, Math.abs((found?.[key] ?? Number.NaN) - Number(value)) < 1e-8]).toEqual([
          key,
          true,
        ])
      }
    },
  )
})
