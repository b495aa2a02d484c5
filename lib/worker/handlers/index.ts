import { alignJob } from './align'
import { computeJob } from './compute'
import { detectJob } from './detect'
import { dryRunJob } from './dry-run'
import { evolveJob } from './evolve'
import { fetchModelJob } from './fetch-model'
import { importJob } from './import'
import { indexTextsJob } from './index-texts'
import { layOutJob } from './lay-out'
import { probeJob } from './probe'
import { purgeJob } from './purge'
import { tryPromptJob } from './try-prompt'
import type { JobKind } from '../types'

/** Every kind of job; one line each. */
export const JOB_KINDS: readonly JobKind[] = [
  computeJob,
  evolveJob,
  importJob,
  alignJob,
  dryRunJob,
  detectJob,
  probeJob,
  tryPromptJob,
  fetchModelJob,
  purgeJob,
  indexTextsJob,
  layOutJob,
]
