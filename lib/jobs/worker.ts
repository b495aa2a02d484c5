import { JOB_KINDS } from './index'
import { runWorkerProcess } from './worker-process'

await runWorkerProcess(JOB_KINDS)
