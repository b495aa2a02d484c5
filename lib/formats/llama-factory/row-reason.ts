import type { ExportRow } from '../writers/export-row'
import type { LengthTexts } from '../writers/types'
import { ALL_COLUMNS, bundleEntry } from './bundle-options'
import type { BundleColumns, BundleOptions } from './bundle-options'
import { MEDIA, PLACEHOLDERS } from './carried'
import { factoryOutcome } from './converter'
import type { Stage } from './converter'
import { toTrainingRow, trainingObject } from './training-row'
import type { TrainingRow } from './training-row'

/** Returns why a row is not written, or null. Checks and writer ask the same question; `columns` are those of the bundle. */
export function blockedReason(
  item: ExportRow,
  options: BundleOptions,
  columns: BundleColumns,
): string | null {
  const row = toTrainingRow(item)
  return typeof row === 'string' ? row : reasonOf(row, options, hasMedia(columns))
}

/** Returns why a row is not written, or null. `strictMedia`: the bundle holds media, so placeholders must match in every row. */
export function reasonOf(
  row: TrainingRow,
  options: BundleOptions,
  strictMedia: boolean,
): string | null {
  const { stage, format, template } = options
  const untrainable = contentReason(row, options)
  if (untrainable !== null) return untrainable
  if (format === 'alpaca' && row.isIrregular) return 'role_order'
  if (hasLonePlaceholder(row)) return 'media_mismatch'
  const result = factoryOutcome(
    trainingObject(row, ALL_COLUMNS, options),
    bundleEntry(options, ALL_COLUMNS),
    { stage, template, strictMedia },
  )
  return result.outcome === 'kept' ? null : result.reason
}

/** Returns why no trainer of the stage should get a row, whatever its format: its marks, its answers, its characters. */
export function contentReason(
  row: TrainingRow,
  { stage, allowEmptyResponses }: Pick<BundleOptions, 'stage' | 'allowEmptyResponses'>,
): string | null {
  const marked = markReason(row, stage)
  if (marked !== null) return marked
  if (!allowEmptyResponses) {
    for (const answer of answersOf(row, stage)) {
      if (answer === null) return 'response_missing'
      if (answer.trim() === '') return 'response_empty'
    }
  }
  return texts(row).some((text) => /\p{Surrogate}/u.test(text)) ? 'lone_surrogate' : null
}

/** Returns why a row's marks do not fit the stage: a rejected answer must not be imitated, nor half of a pair. */
function markReason({ isGood, pair }: TrainingRow, stage: Stage): string | null {
  if (stage === 'dpo')
    return pair === null ? 'pair_missing' : typeof pair === 'string' ? pair : null
  if (stage === 'kto') return isGood === null ? 'verdict_missing' : null
  if (pair !== null) return 'preference'
  return isGood === false ? 'rejected_response' : null
}

/** Returns the answers that the stage trains on. */
export function answersOf({ pair, output }: TrainingRow, stage: Stage): (string | null)[] {
  if (stage !== 'dpo') return [output]
  return pair === null || typeof pair === 'string' ? [] : [pair.chosen, pair.rejected]
}

/**
 * Returns whether a question holds a placeholder while the row has no files: its media were lost. A closing tag beside
 * it, or a placeholder in an answer only, is taken for HTML.
 */
function hasLonePlaceholder(row: TrainingRow): boolean {
  if (MEDIA.some((kind) => row.media[kind].length > 0)) return false
  const asked = row.messages
    ? row.messages.filter(({ from }) => from !== 'gpt' && from !== 'system').map((one) => one.value)
    : [row.prompt, ...row.history.map(([user]) => user)]
  return MEDIA.some((kind) => {
    const closing = PLACEHOLDERS[kind].replace('<', '</')
    return asked.some((text) => text.includes(PLACEHOLDERS[kind]) && !text.includes(closing))
  })
}

/** Returns whether a bundle holds media. */
export function hasMedia(columns: BundleColumns): boolean {
  return MEDIA.some((kind) => columns[kind])
}

/** Every text that goes into the training file. */
function texts(row: TrainingRow): string[] {
  const { pair } = row
  return [
    ...promptTexts(row),
    row.output ?? '',
    ...(pair === null || typeof pair === 'string' ? [] : [pair.chosen, pair.rejected]),
  ]
}

/** Returns the texts whose tokens make the length of a row; files of images, videos and audios are no texts. */
export function lengthTexts(row: TrainingRow, stage: Stage): LengthTexts {
  return { asked: askedTexts(row), answers: answersOf(row, stage).map((answer) => answer ?? '') }
}

/** Returns everything that a model reads before it answers. */
export function promptTexts(row: TrainingRow): string[] {
  return [...askedTexts(row), ...MEDIA.flatMap((kind) => row.media[kind])]
}

function askedTexts(row: TrainingRow): string[] {
  const before = row.messages
    ? row.messages.slice(0, row.output === null ? undefined : -1).map(({ value }) => value)
    : [...row.history.flat(), row.prompt]
  const system = row.messages?.[0]?.from === 'system' ? '' : row.system
  return [system, row.tools, ...before]
}
