import type { Job } from '@/lib/contracts/job'
import type { Plan } from '@/lib/contracts/experiment'
import { enqueue } from '@/lib/queue/queue'
import type { ServiceContext } from '../context'
import { getStudy } from '../studies'
import { checkPlan, chooseSeeds } from '.'

/** Queues a job that tries a plan on a few seeds and returns it; its result is a `PlanTrial`. */
export function startTrial(
  { db }: ServiceContext,
  studyId: string,
  { plan, seeds }: { plan: Plan; seeds: number },
): Job {
  const study = getStudy(db, studyId)
  // Files of an evolver of this name do no harm here.
  checkPlan(
    db,
    study.id,
    plan,
    plan.arms.map(({ key }) => key),
  )
  chooseSeeds(db, study.id, plan)
  return enqueue(db, {
    kind: 'plan-trial',
    payload: { studyId: study.id, plan, seeds },
    names: {},
    studyId: study.id,
  })
}
