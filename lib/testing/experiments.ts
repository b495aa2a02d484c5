import { planSchema, type Plan } from '@/lib/contracts/experiment'
import { getExperiment } from '@/lib/services/experiments'
import type { TestStudy } from './job-study'
import { runJobs } from './run-jobs'

// A stage that never ends must not hold up the tests.
const MOST_STOPS = 80

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

/** Returns whether every stage of an experiment is done. */
export function isDone(of: TestStudy, id: string): boolean {
  return getExperiment(of.db, of.studyId, id).stages.every(({ state }) => state === 'done')
}

/** Runs an experiment to its end, stopped again and again after some milliseconds; returns how often it was. */
export async function runWithStops(of: TestStudy, id: string): Promise<number> {
  let stops = 0
  for (; !isDone(of, id) && stops < MOST_STOPS; stops += 1) {
    const until = Date.now() + 20 + stops * 3
    await runJobs(of, () => (Date.now() > until ? 'shutdown' : null))
  }
  return stops
}
