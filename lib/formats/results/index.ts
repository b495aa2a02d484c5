import { alpacaEval } from './alpaca-eval'
import { evalPlus } from './evalplus'
import { everyEvalEver } from './every-eval-ever'
import { evalScope } from './evalscope'
import { followBench } from './followbench'
import { ifeval } from './ifeval'
import { inspectLog } from './inspect'
import { lightEval } from './lighteval'
import { lmEvalResults } from './lm-eval'
import { lmEvalSamples } from './lm-eval-samples'
import { openCompassResult, openCompassSummary } from './opencompass'
import { resultTable } from './table'
import type { ResultReader } from './types'
import { alpacaEvalAnnotations } from './alpaca-eval-annotations'
import { winTieLoseTable } from './win-tie-lose'

/** Every kind of result file; the first that fits reads it. */
export const RESULT_READERS: readonly ResultReader[] = [
  lmEvalResults,
  lmEvalSamples,
  ifeval,
  evalPlus,
  alpacaEval,
  alpacaEvalAnnotations,
  winTieLoseTable,
  openCompassSummary,
  followBench,
  everyEvalEver,
  evalScope,
  lightEval,
  inspectLog,
  resultTable,
  openCompassResult,
]
