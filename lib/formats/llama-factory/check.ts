import { createHash } from 'node:crypto'
import type { RowBatches } from '../writers/json'
import type { ExportRow } from '../writers/export-row'
import { convertAlpaca, convertShareGpt, DEFAULT_COLUMNS, DEFAULT_TAGS } from './converter'
import { toTrainingRow, trainingObject } from './training-row'
import type { BundleColumns, BundleFormat, TrainingRow } from './training-row'

/** How the bundle is to be written. */
export interface BundleOptions {
  /** Data set name: [a-z0-9_-]+. */
  name: string
  format: BundleFormat
  foldInput: boolean
  /** Leaves out the rows that would stop or be dropped in training. */
  excludeBlocked: boolean
  /** Keeps rows with an empty response; the recipe says so. */
  allowEmptyResponses: boolean
  /** LLaMA-Factory chat template. */
  template: string
  /** Default 2048. */
  cutoffLen?: number
}

export interface CheckFinding {
  rule: string
  message: string
  /** Rows concerned; 0 for a finding about the whole bundle. */
  rows: number
  /** Up to three places, each "row <n>" with the start of its prompt. */
  examples: string[]
}

/** What the checks of formats.md 5.5 say, and what the writer needs to know. */
export interface BundleCheck {
  rowsIn: number
  rowsKept: number
  /** Findings that forbid the export. */
  errors: CheckFinding[]
  warnings: CheckFinding[]
  /** Reason -> rows that are left out (with excludeBlocked) or would be dropped. */
  droppedByReason: Record<string, number>
  bytesEstimate: number
  columns: BundleColumns
}

export const DEFAULT_CUTOFF = 2048
// A crude yardstick for English text; labelled as an estimate wherever it shows.
const BYTES_PER_TOKEN = 4
// The engine's zip format holds 4 GiB a file.
const MAX_FILE_BYTES = 0xffffffff
const EXAMPLES = 3

const REASONS: Record<string, string> = {
  response_missing: 'have no response: training would drop them',
  response_empty: 'have an empty response: the model would be trained to answer nothing',
  role_order:
    'have messages in an order that training drops (user and assistant must alternate, known roles only)',
  odd_number_of_messages: 'do not end with an answer: training would drop them',
  no_turns: 'hold no message but the system one: training would drop them',
  tool_calls: 'hold tool calls, which this bundle cannot express',
  non_text_content: 'hold images or other content that is not text',
  content_not_text: 'hold a message whose content is not text',
  message_not_an_object: 'hold a message that is not an object',
  lone_surrogate: 'hold half a surrogate pair, which the loader removes or refuses',
}

/**
 * Returns what an exported bundle would be worth: every row passes a port of LLaMA-Factory's converter (supervised fine-tuning). Reads the
 * rows once; writeBundle reads them again.
 */
export async function checkBundle(
  batches: RowBatches,
  options: BundleOptions,
): Promise<BundleCheck> {
  const tally = new Tally(options)
  for await (const batch of batches) for (const item of batch) tally.add(item)
  return tally.result()
}

/** Returns why a row is not written, or null. Checks and writer ask the same question. */
export function blockedReason(item: ExportRow, options: BundleOptions): string | null {
  const row = toTrainingRow(item)
  return typeof row === 'string' ? row : reasonOf(row, options)
}

function reasonOf(row: TrainingRow, options: BundleOptions): string | null {
  if (row.output === null && !options.allowEmptyResponses) return 'response_missing'
  if ((row.output ?? '').trim() === '' && !options.allowEmptyResponses) return 'response_empty'
  if (texts(row).some((text) => /\p{Surrogate}/u.test(text))) return 'lone_surrogate'
  if (options.format === 'alpaca' && row.isIrregular) return 'role_order'
  const object = trainingObject(row, { system: true, history: true, tools: true }, options)
  const columns = { ...DEFAULT_COLUMNS, system: 'system', history: 'history', tools: 'tools' }
  const result =
    options.format === 'alpaca'
      ? convertAlpaca(object, columns)
      : convertShareGpt(object, { ...columns, system: null }, DEFAULT_TAGS)
  return result.outcome === 'kept' ? null : result.reason
}

/** Every text that goes into the training file. */
function texts(row: TrainingRow): string[] {
  const chat = (row.messages ?? []).map((message) => message.value)
  return [row.prompt, row.output ?? '', row.system, row.tools, ...row.history.flat(), ...chat]
}

class Tally {
  private rowsIn = 0
  private rowsKept = 0
  private bytes = 0
  private readonly columns: BundleColumns = { system: false, history: false, tools: false }
  private readonly dropped = new Map<string, CheckFinding>()
  private readonly warned = new Map<string, CheckFinding>()
  private readonly prompts = new Set<string>()
  private readonly rows = new Set<string>()

  constructor(private readonly options: BundleOptions) {}

  add(item: ExportRow): void {
    this.rowsIn++
    const row = toTrainingRow(item)
    const prompt = typeof row === 'string' ? item.row.instruction : row.prompt
    const reason = typeof row === 'string' ? row : reasonOf(row, this.options)
    if (reason !== null || typeof row === 'string') {
      const key = reason ?? String(row)
      note(
        this.dropped,
        key,
        this.rowsIn,
        prompt,
        `rows ${REASONS[key] ?? `would not be trained on (${key})`}.`,
      )
      return
    }
    this.rowsKept++
    this.columns.system ||= this.options.format === 'alpaca' && row.system !== ''
    this.columns.history ||= this.options.format === 'alpaca' && row.history.length > 0
    this.columns.tools ||= row.tools !== ''
    this.warn(row)
  }

  private warn(row: TrainingRow): void {
    const { prompt } = row
    const at = this.rowsIn
    const response = row.output ?? ''
    const cutoff = this.options.cutoffLen ?? DEFAULT_CUTOFF
    const size = Buffer.byteLength(prompt) + Buffer.byteLength(response)
    this.bytes += size + 64
    if (prompt.trim() === '')
      note(this.warned, 'prompt_empty', at, prompt, 'rows have an empty prompt.')
    if (response.trim() === '') {
      note(
        this.warned,
        'response_empty',
        at,
        prompt,
        'rows have an empty response and are kept, as chosen.',
      )
    }
    if (size / BYTES_PER_TOKEN > cutoff) {
      const message = `rows are longer than cutoff_len ${cutoff} by a character estimate (no tokenizer): training cuts them.`
      note(this.warned, 'cutoff', at, prompt, message)
    }
    if (seen(this.prompts, prompt))
      note(this.warned, 'duplicate_prompt', at, prompt, 'rows repeat a prompt.')
    if (seen(this.rows, `${prompt}\0${response}`)) {
      note(this.warned, 'duplicate_row', at, prompt, 'rows repeat an earlier row whole.')
    }
  }

  result(): BundleCheck {
    const { options } = this
    const errors: CheckFinding[] = []
    if (!/^[a-z0-9_-]+$/.test(options.name)) {
      errors.push(whole('name', 'The name may hold lower-case letters, digits, "_" and "-" only.'))
    }
    const blocked = [...this.dropped.values()]
    if (!options.excludeBlocked) errors.push(...blocked)
    if (this.rowsKept === 0) errors.push(whole('no_rows', 'No row is left to train on.'))
    if (this.bytes > MAX_FILE_BYTES)
      errors.push(whole('too_large', 'The data file would exceed 4 GiB.'))
    const warnings = [...this.warned.values()]
    if (options.excludeBlocked) {
      warnings.push(
        ...blocked.map((finding) => ({ ...finding, message: `Left out: ${finding.message}` })),
      )
    }
    return {
      rowsIn: this.rowsIn,
      rowsKept: this.rowsKept,
      errors: errors.map(counted),
      warnings: warnings.map(counted),
      droppedByReason: Object.fromEntries(blocked.map((finding) => [finding.rule, finding.rows])),
      bytesEstimate: this.bytes,
      columns: { ...this.columns },
    }
  }
}

function whole(rule: string, message: string): CheckFinding {
  return { rule, message, rows: 0, examples: [] }
}

function counted(finding: CheckFinding): CheckFinding {
  return finding.rows === 0
    ? finding
    : { ...finding, message: `${finding.rows} ${finding.message}` }
}

function note(
  findings: Map<string, CheckFinding>,
  rule: string,
  row: number,
  prompt: string,
  message: string,
): void {
  const finding = findings.get(rule) ?? { rule, message, rows: 0, examples: [] }
  finding.rows++
  if (finding.examples.length < EXAMPLES)
    finding.examples.push(`row ${row}: ${prompt.slice(0, 60)}`)
  findings.set(rule, finding)
}

/** Adds a text by its hash: half a million prompts would not fit in memory as they are. */
function seen(hashes: Set<string>, text: string): boolean {
  const hash = createHash('md5').update(text).digest('base64')
  const size = hashes.size
  hashes.add(hash)
  return hashes.size === size
}
