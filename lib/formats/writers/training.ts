import { z } from 'zod'
import type { ExportRemedy } from '@/lib/contracts/export'
import { LIMITS } from '@/lib/contracts/limits'
import { choice, toggle } from '@/lib/contracts/options'
import type { BundleCheck } from '../llama-factory/check'
import type { PreparedExport } from './types'

function wholeNumber(title: string, description: string, preset: string) {
  return z
    .string()
    .regex(/^\d{0,7}$/, 'Give a whole number.')
    .default(preset)
    .meta({ title, description })
}

const LENGTHS = {
  any: 'Token counts of the study, else an estimate',
  tokens: 'Token counts of the study only',
} as const

/** Options that formats for training share. */
export const TRAINING_OPTIONS = {
  cutoffLen: wholeNumber(
    'Cut off at',
    'Tokens after which training cuts a row (cutoff_len). Rows that are longer are counted by the token counts of the study where a run of "Tokens" is there, else estimated from characters.',
    '2048',
  ),
  lengths: choice(LENGTHS, {
    title: 'How lengths are known',
    description:
      'A run of "Tokens" counts instruction, input and response with the tokenizer of its model; of rows with a history, a system prompt or tools it does not know all. Where counts are asked for, the export is refused until every row is counted.',
  }),
  tokenizer: z.string().max(LIMITS.key).default('').meta({
    title: 'Tokenizer',
    description:
      'Counts every text of each row, history, system prompt and tools included, whatever the study has counted: the name of a backend (its model counts), or the path of a tokenizer.json on the machine of Evolens. Images, videos and audios are not counted.',
    backends: 'tokenize',
  }),
  templateTokens: wholeNumber(
    'Template, tokens a message',
    'What the chat template adds to each message; about 5 for ChatML templates such as qwen.',
    '5',
  ),
  excludeBlocked: toggle({
    title: 'Exclude rows that would not train',
    description: 'Excludes the rows that training would leave out or stop at.',
    default: false,
  }),
  allowEmptyResponses: toggle({
    title: 'Allow empty responses',
    description: 'Keeps rows with an empty response; the recipe says so.',
    default: false,
  }),
}

/** Returns the numbers among those options; a field that is being typed is empty for a while. */
export function lengthOptions({
  cutoffLen,
  templateTokens,
}: {
  cutoffLen: string
  templateTokens: string
}) {
  return { cutoffLen: Number(cutoffLen || '2048'), templateTokens: Number(templateTokens || '0') }
}

/** Returns the preparation of a format for training from its check. */
export function ofTraining(check: BundleCheck, write: PreparedExport['write']): PreparedExport {
  const { rowsKept, errors: blocking, warnings, droppedByReason, bytesEstimate } = check
  const remedies = remediesOf(check)
  return { rowsKept, blocking, remedies, warnings, droppedByReason, bytesEstimate, write }
}

function remediesOf({ errors, rowsIn, rowsKept }: BundleCheck): ExportRemedy[] {
  const ofRows = errors.filter(({ rows }) => rows > 0)
  const left = rowsIn - rowsKept
  if (ofRows.length === 0 || rowsKept === 0 || left === 0) return []
  const exclude = {
    option: 'excludeBlocked',
    label: left === 1 ? 'Exclude this row' : `Exclude these ${left} rows`,
    effect: `leaves ${left} of ${rowsIn} rows out`,
  }
  const keep = {
    option: 'allowEmptyResponses',
    label: 'Keep rows without a response',
    effect: 'keeps rows with an empty response',
  }
  const isAboutResponses = ofRows.every(({ rule }) => rule.startsWith('response_'))
  return isAboutResponses ? [exclude, keep] : [exclude]
}
