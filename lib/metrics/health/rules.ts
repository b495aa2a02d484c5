import { answered } from './answered'
import { copyExact, copyNear } from './copies'
import { empty } from './empty'
import { languageSwitch } from './language-switch'
import { leakedTemplate } from './leaked-template'
import { overBudget } from './over-budget'
import { overLong } from './over-long'
import { refusal } from './refusal'
import type { HealthRule } from './rule'
import { staleInput } from './stale-input'
import { truncated } from './truncated'

/** Every rule of evolution health, in the order of the columns. */
export const HEALTH_RULES: readonly HealthRule[] = [
  empty,
  copyExact,
  copyNear,
  answered,
  refusal,
  leakedTemplate,
  languageSwitch,
  truncated,
  overLong,
  overBudget,
  staleInput,
]
