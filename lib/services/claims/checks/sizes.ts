import type { Finding } from '@/lib/contracts/claims'
import { mean } from '@/lib/stats/summary'
import { rankFinding } from '../ranks'
import { grouped, resultFinding, type Paired } from '../results'
import type { ClaimStudy, Outcome, Sides } from '../study'
import { pairedFor, type ResultClaim } from './results'

const TUNINGS = { full: 'full tuning', lora: 'LoRA' }

/** Returns the number of a size such as 0.5B or 72b, in billions; NaN where it is none. */
export function billions(size: string | null): number {
  return Number.parseFloat(size ?? '')
}

function interaction({ pairs }: Paired, names: { a: string; b: string }): Finding {
  const bySize = [...grouped(pairs, ({ a }) => a.mapping.size ?? '')]
    .map(([size, some]) => ({
      size: billions(size),
      effect: mean(Float64Array.from(some, ({ difference }) => difference)),
    }))
    .filter(({ size }) => !Number.isNaN(size))
  return rankFinding(
    bySize.map(({ size }) => size),
    bySize.map(({ effect }) => effect),
    {
      label: 'Interaction: rank correlation of the difference with the size of the student',
      ...names,
      expected: null,
      unitName: 'size',
    },
  )
}

/** Returns a check of how a difference changes with size and tuning of the student, shown beside what is judged. */
export function overSizes(claim: (study: ClaimStudy) => ResultClaim) {
  return async (study: ClaimStudy, sides: Sides): Promise<Outcome> => {
    const paired = pairedFor(study, sides, claim(study))
    const names = { a: sides.small.label, b: sides.large.label }
    if (paired.pairs.length === 0) return { findings: [] }
    const findings = [interaction(paired, names)]
    const kinds = grouped(paired.pairs, ({ a }) => a.mapping.tuning ?? '')
    for (const [kind, pairs] of kinds.size > 1 ? kinds : []) {
      const label = `Results, ${TUNINGS[kind as keyof typeof TUNINGS] ?? 'tuning not known'}`
      const part = { pairs, of: pairs.length, reasons: [] }
      findings.push(await resultFinding(study, part, { label, ...names, expected: null }))
    }
    return { findings }
  }
}
