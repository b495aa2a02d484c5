import { AppError } from '@/lib/errors'
import { stringify } from 'yaml'
import { summedEntry, zipStream, type ZipEntry } from '../containers/write-zip'
import { stringifyExact } from '../shared/exact-json'
import type { JsonObject, JsonValue } from '../types'
import { addedColumns, freeName } from '../writers/export-row'
import type { ExportRow } from '../writers/export-row'
import type { RowBatches } from '../writers/types'
import { bundleEntry } from './bundle-options'
import type { BundleColumns, BundleOptions } from './bundle-options'
import { DEFAULT_CUTOFF } from './check'
import type { BundleCheck } from './check'
import type { Stage } from './converter'
import { outputFolder } from './output-folder'
import { blockedReason } from './row-reason'
import { toTrainingRow, trainingObject } from './training-row'

/**
 * Yields the zip of a LLaMA-Factory bundle: dataset_info.json, the data file, the sidecar with lineage and metrics, recipe.yaml and
 * train_<stage>.yaml. `open` gives the checked rows again (read twice); `recipe` is written as it is, with a section on the bundle added.
 * Throws AppError when the check forbids the export or the rows changed since.
 */
export async function* writeBundle(
  open: () => RowBatches,
  check: BundleCheck,
  options: BundleOptions,
  recipe: JsonObject,
): AsyncGenerator<Uint8Array> {
  if (check.errors.length > 0) {
    const first = check.errors.map((finding) => finding.message).join(' ')
    throw new AppError('invalid_input', `The bundle cannot be written: ${first}`)
  }
  yield* zipStream(bundleEntries(open, check, options, recipe))
}

/** Returns the files of the bundle in the order they are written. */
function bundleEntries(
  open: () => RowBatches,
  check: BundleCheck,
  options: BundleOptions,
  recipe: JsonObject,
): ZipEntry[] {
  const { name } = options
  const sums: Record<string, string> = {}
  return [
    { name: 'dataset_info.json', chunks: () => [datasetInfo(options, check.columns)] },
    summedEntry(`${name}.json`, () => dataFile(open(), check, options), sums),
    summedEntry(`${name}.meta.jsonl`, () => sidecar(open(), check, options), sums),
    { name: 'recipe.yaml', chunks: () => [recipeYaml(recipe, check, options, sums)] },
    { name: `train_${options.stage}.yaml`, chunks: () => [trainYaml(options, recipe)] },
  ]
}

/** Returns dataset_info.json in pure ASCII: LLaMA-Factory opens it with the platform's encoding. */
function datasetInfo(options: BundleOptions, used: BundleColumns): string {
  const { formatting, ranking, columns, tags } = bundleEntry(options, used)
  const entry: JsonObject = {
    file_name: `${options.name}.json`,
    formatting,
    ranking,
    columns: Object.fromEntries(Object.entries(columns).filter(([, column]) => column !== null)),
    ...(formatting === 'sharegpt' ? { tags: { ...tags } } : {}),
  }
  return `${JSON.stringify({ [options.name]: entry }, null, 2)}\n`
}

/** Settings of each stage beside those that all share; those of kto and dpo are LLaMA-Factory's own examples. */
const STAGE_SETTINGS: Record<Stage, JsonObject> = {
  sft: { learning_rate: 2.0e-5, num_train_epochs: 3.0 },
  kto: { pref_beta: 0.1, learning_rate: 5.0e-6, num_train_epochs: 3.0 },
  dpo: { pref_beta: 0.1, pref_loss: 'sigmoid', learning_rate: 5.0e-6, num_train_epochs: 3.0 },
}

/** Returns the training settings: the paper's on one GPU (8 rows a step there and here 8 accumulated). */
function trainYaml(options: BundleOptions, recipe: JsonObject): string {
  return stringify({
    stage: options.stage,
    do_train: true,
    finetuning_type: 'full',
    dataset: options.name,
    dataset_dir: '.',
    // Results of a model saved there are known to come from this export.
    output_dir: outputFolder(options.name, recipe),
    template: options.template,
    cutoff_len: options.cutoffLen ?? DEFAULT_CUTOFF,
    ...STAGE_SETTINGS[options.stage],
    lr_scheduler_type: 'cosine',
    warmup_ratio: 0.03,
    bf16: true,
    per_device_train_batch_size: 1,
    gradient_accumulation_steps: 8,
  })
}

function recipeYaml(
  recipe: JsonObject,
  check: BundleCheck,
  options: BundleOptions,
  files: JsonObject,
): string {
  const bundle = {
    name: options.name,
    format: options.format,
    stage: options.stage,
    template: options.template,
    fold_input: options.foldInput,
    empty_responses_allowed: options.allowEmptyResponses,
    blocked_rows_excluded: options.excludeBlocked,
    rows_in: check.rowsIn,
    rows_out: check.rowsKept,
    left_out: check.droppedByReason,
    warnings: check.warnings.map((finding) => finding.message),
    // Importing the bundle compares them.
    files,
  }
  return stringify({ ...recipe, bundle }, { lineWidth: 0 })
}

async function* keptRows(
  batches: RowBatches,
  { columns }: BundleCheck,
  options: BundleOptions,
): AsyncGenerator<ExportRow[]> {
  for await (const batch of batches)
    yield batch.filter((item) => blockedReason(item, options, columns) === null)
}

async function* dataFile(
  batches: RowBatches,
  check: BundleCheck,
  options: BundleOptions,
): AsyncGenerator<string> {
  let count = 0
  for await (const batch of keptRows(batches, check, options)) {
    let text = ''
    for (const item of batch) {
      const row = toTrainingRow(item)
      if (typeof row === 'string') continue
      text += `${count === 0 ? '[' : ','}\n${printable(trainingObject(row, check.columns, options))}`
      count++
    }
    if (text) yield text
  }
  if (count !== check.rowsKept) {
    throw new AppError(
      'conflict',
      `The rows changed since the check: ${check.rowsKept} were expected, ${count} came. Check again.`,
    )
  }
  yield '\n]\n'
}

/** Returns JSON in which the control characters that JSON.stringify leaves alone are escaped too. */
function printable(value: JsonObject): string {
  return JSON.stringify(value).replace(
    /[\u007f-\u009f]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** Yields one line per row of the data file: lineage, metrics with status, and what the training file does not hold. */
async function* sidecar(
  batches: RowBatches,
  check: BundleCheck,
  options: BundleOptions,
): AsyncGenerator<string> {
  for await (const batch of keptRows(batches, check, options)) {
    let text = ''
    for (const item of batch) text += `${sidecarLine(item)}\n`
    if (text) yield text
  }
}

function sidecarLine(item: ExportRow): string {
  const { row } = item
  const cells: [string, JsonValue, string][] = []
  const taken = new Set(['instruction', 'input', 'extra'])
  for (const { key, value } of addedColumns(item))
    cells.push([freeName(key, taken), value, 'added'])
  cells.push(['instruction', row.instruction, 'added'], ['input', row.input, 'added'])
  if (row.extra) cells.push(['extra', row.extra, ''])
  const literals = row.literals
  const body = cells.map(
    ([key, value, at]) => `${JSON.stringify(key)}:${stringifyExact(value, literals, at)}`,
  )
  return `{${body.join(',')}}`
}
