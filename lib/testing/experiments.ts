import { planSchema, type Plan } from '@/lib/contracts/experiment'
import type { TestStudy } from './job-study'

/** One evolver on the made-up backend. */
export const TEST_ARM = { key: 'one', label: 'One', backend: 'fake' }

/** Returns a plan of two evolvers and two rounds with responses, with these changes. */
export function testPlan(changes: Record<string, unknown> = {}): Plan {
  return planSchema.parse({
    name: 'Trial',
    scenario: { kind: 'evol-instruct', rounds: 2 },
    arms: [TEST_ARM, { key: 'two', label: 'Two', backend: 'fake', decoding: { seed: 77 } }],
    responses: { backend: 'fake', maxTokens: 64 },
    ...changes,
  })
}

/** Returns the rows that an evolver made, with parents, operators and responses, in order. */
export function madeBy(of: TestStudy, key: string): unknown[] {
  return of.db.$client
    .prepare(
      `select c.round, r.idx, r.slot, r.instruction, l.parent_idx, l.operator, p.text
       from cells c join arms a on a.id = c.arm_id and a.key = ?
       join rows r on r.cell_no = c.no
       join alignments n on n.child_cell_no = c.no and n.kind = 'birth' and n.version > 0
       join links l on l.alignment_no = n.no and l.child_idx = r.idx
       left join response_sets s on s.cell_no = c.no
       left join responses p on p.set_no = s.no and p.idx = r.idx
       where c.published_at is not null and c.superseded_at is null order by c.round, r.idx`,
    )
    .all(key)
}
