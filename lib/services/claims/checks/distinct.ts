import { count, countDistinct, eq } from 'drizzle-orm'
import { rows } from '@/db/schema'
import type { Finding } from '@/lib/contracts/claims'
import { formatCount } from '@/lib/contracts/format'
import { currentCells } from '../../cells'
import { sharedRounds, sharedSets, type ClaimStudy, type Outcome, type Sides } from '../study'
import { emptyFinding } from '../verdict'

/** Returns how many different instructions (constraints, for AutoIF) both sets of the last round have; shown, not judged. */
export async function distinctTexts(study: ClaimStudy, sides: Sides): Promise<Outcome> {
  const round = sharedRounds(study, sides).at(-1)
  if (round === undefined) return { findings: [] }
  const cells = currentCells(study.db, study.studyId)
  const at = (arm: string) => ({ arm, round })
  const arms = [sides.small, sides.large] as const
  const findings = sharedSets(study, at(sides.small.key), at(sides.large.key)).map(
    ({ key, label }): Finding => {
      const counts = arms.map((arm) => {
        const cell = cells.find(
          (one) => one.armKey === arm.key && one.round === round && one.seedSetKey === key,
        )
        const found = study.db
          .select({ n: count(), distinct: countDistinct(rows.instruction) })
          .from(rows)
          .where(eq(rows.cellNo, cell?.no ?? -1))
          .get()
        return { arm, n: found?.n ?? 0, distinct: found?.distinct ?? 0 }
      })
      const [a, b] = counts.map(({ arm, n, distinct }) => ({
        text: `${arm.label} ${formatCount(distinct)} of ${formatCount(n)}`,
        n,
        distinct,
      }))
      const isEven = a?.n === b?.n
      return emptyFinding({
        label: `Distinct instructions, round ${round}, ${label}`,
        a: a?.text ?? '',
        b: b?.text ?? '',
        expected: null,
        unit: 'instructions',
        meanA: a?.distinct ?? null,
        meanB: b?.distinct ?? null,
        // Of sets of other sizes the larger one has more of them for that reason alone.
        effect: isEven ? (a?.distinct ?? 0) - (b?.distinct ?? 0) : null,
        because: isEven ? 'shown, not judged' : 'the sets have different numbers of rows',
      })
    },
  )
  return { findings }
}
