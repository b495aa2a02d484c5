import { alignJob } from './align'
import { backupJob } from './backup'
import { computeJob } from './compute'
import { countTokensJob } from './count-tokens'
import { detectJob } from './detect'
import { dryRunJob } from './dry-run'
import { embedTextJob } from './embed-text'
import { exportJob } from './export'
import { fetchDatasetJob } from './fetch-dataset'
import { fetchModelJob } from './fetch-model'
import { importJob } from './import'
import { indexTextsJob } from './index-texts'
import { layOutJob } from './lay-out'
import { mergeJob } from './merge'
import { openBackupJob } from './open-backup'
import { planTrialJob } from './plan-trial'
import { probeJob } from './probe'
import { purgeJob } from './purge'
import { respondJob } from './respond'
import { stageJob } from './stage'
import { tryPromptJob } from './try-prompt'
import type { JobKind } from '../types'

/** Every kind of job; one line each. */
export const JOB_KINDS: readonly JobKind[] = [
  computeJob,
  respondJob,
  stageJob,
  importJob,
  alignJob,
  dryRunJob,
  detectJob,
  planTrialJob,
  probeJob,
  tryPromptJob,
  fetchModelJob,
  fetchDatasetJob,
  backupJob,
  openBackupJob,
  mergeJob,
  purgeJob,
  indexTextsJob,
  embedTextJob,
  exportJob,
  countTokensJob,
  layOutJob,
]
