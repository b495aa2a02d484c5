import { inTransaction, type Db } from '@/db/client'
import type { Experiment } from '@/lib/contracts/experiment'
import { AppError } from '@/lib/errors'
import { listBackendRows } from '../backends'
import { advance } from './advance'
import { experimentRow } from './records'
import { checkPlan, getExperiment } from '.'

/**
 * Queues the stages whose inputs are all there and that have no job, as after a backup was opened, and returns the experiment.
 * Throws `conflict` where a backend of its plan is not here.
 */
export function continueExperiment(db: Db, studyId: string, id: string): Experiment {
  inTransaction(db, () => {
    const experiment = experimentRow(db, id, studyId)
    const { plan } = experiment
    const here = new Set(listBackendRows(db).map((backend) => backend.id))
    const models = [
      ...plan.arms.map(({ label, backend }) => ({ who: `the evolver "${label}"`, backend })),
      ...(plan.judge ? [{ who: 'the judge model', ...plan.judge }] : []),
      ...(plan.responses ? [{ who: 'the response model', ...plan.responses }] : []),
    ]
    const missing = models.filter(({ backend }) => !here.has(backend)).map(({ who }) => who)
    if (missing.length > 0) {
      throw new AppError(
        'conflict',
        `The backend of ${missing.join(', ')} is not here. Connect the same model on the Backends page, then choose it under "Extend or change the plan".`,
      )
    }
    const own = plan.arms.map(({ key }) => key)
    checkPlan(db, studyId, plan, own)
    advance(db, experiment)
  })
  return getExperiment(db, studyId, id)
}
