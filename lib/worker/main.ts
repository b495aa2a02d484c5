import { JOB_KINDS } from './handlers'
import { runWorkerProcess } from './process'

await runWorkerProcess(JOB_KINDS)
