import { NOT_COUNTED_YET, type ExportFinding } from '@/lib/contracts/export'
import { createHash } from 'node:crypto'
import { wholeFile, type LengthTexts, type RowBatches } from '../writers/types'
import type { ExportRow } from '../writers/export-row'
import type { BundleColumns, BundleOptions } from './bundle-options'
import { countPlaceholders, MEDIA } from './carried'
import { REASONS, REMARKS } from './reasons'
import { answersOf, hasMedia, lengthTexts, promptTexts, reasonOf } from './row-reason'
import { hasIncompleteTool } from './template-step'
import { toTrainingRow } from './training-row'
import type { TrainingRow } from './training-row'

/** What the checks of formats.md 5.5 say, and what the writer needs to know. */
export interface BundleCheck {
  rowsIn: number
  rowsKept: number
  /** Findings that forbid the export. */
  errors: ExportFinding[]
  warnings: ExportFinding[]
  /** Reason -> rows that are left out (with excludeBlocked) or would be dropped. */
  droppedByReason: Record<string, number>
  bytesEstimate: number
  columns: BundleColumns
}

export const DEFAULT_CUTOFF = 2048
// A crude yardstick for English text; labelled as an estimate wherever it shows.
const BYTES_PER_TOKEN = 4
const EXAMPLES = 3
// Enough to look them up; the count says how many there are.
const MOST_AT = 100

/** Returns the training row of an exported row and why it is not written, null where it is. */
type ReadRow = (item: ExportRow) => { row: TrainingRow | string; reason: string | null }

/**
 * Returns what an exported bundle would be worth: every row passes a port of LLaMA-Factory's converter (supervised fine-tuning). Reads the
 * rows once; writeBundle reads them again. Another training format gives its own `read`.
 */
export async function checkBundle(
  batches: RowBatches,
  options: BundleOptions,
  read: ReadRow = (item) => {
    const row = toTrainingRow(item)
    return { row, reason: typeof row === 'string' ? row : reasonOf(row, options, false) }
  },
): Promise<BundleCheck> {
  const { counter, stage } = options
  const tally = new Tally(options)
  for await (const batch of batches) {
    const rows = batch.map((item) => ({ item, ...read(item) }))
    const texts: LengthTexts[] = []
    for (const { row, reason } of counter ? rows : [])
      if (typeof row !== 'string' && reason === null) texts.push(lengthTexts(row, stage))
    const counts = (await counter?.count(texts))?.values()
    for (const { item, row, reason } of rows) {
      if (typeof row === 'string' || reason !== null) tally.drop(item, row, reason)
      else tally.keep(row, counts ? (counts.next().value ?? null) : countedTokens(item, row))
    }
  }
  return tally.result()
}

class Tally {
  private rowsIn = 0
  private rowsKept = 0
  private bytes = 0
  private readonly columns: BundleColumns = {
    system: false,
    history: false,
    tools: false,
    images: false,
    videos: false,
    audios: false,
  }
  private readonly dropped = new Map<string, ExportFinding>()
  private readonly warned = new Map<string, ExportFinding>()
  private readonly uncounted = new Map<string, ExportFinding>()
  private counted = 0
  private readonly prompts = new Set<string>()
  private readonly rows = new Set<string>()
  private readonly verdicts = { good: 0, bad: 0 }

  constructor(private readonly options: BundleOptions) {}

  drop(item: ExportRow, row: TrainingRow | string, reason: string | null): void {
    this.rowsIn++
    const prompt = typeof row === 'string' ? item.row.instruction : row.prompt
    const rule = reason ?? String(row)
    const why = REASONS[rule] ?? `would not be trained on (${rule})`
    note(this.dropped, rule, this.rowsIn, prompt, `rows ${why}.`)
  }

  /** Notes a row that is written; `tokens` is its length, null where nobody counted them. */
  keep(row: TrainingRow, tokens: number | null): void {
    this.rowsIn++
    this.rowsKept++
    const isFlat = this.options.format === 'alpaca'
    this.columns.system ||= isFlat && row.system !== ''
    this.columns.history ||= isFlat && row.history.length > 0
    this.columns.tools ||= row.tools !== ''
    for (const kind of MEDIA) this.columns[kind] ||= row.media[kind].length > 0
    if (row.isGood !== null) this.verdicts[row.isGood ? 'good' : 'bad']++
    this.warn(row, tokens)
  }

  private warn(row: TrainingRow, tokens: number | null): void {
    const { prompt } = row
    const { stage, counter, cutoffLen: cutoff = DEFAULT_CUTOFF } = this.options
    const remark = (rule: keyof typeof REMARKS) =>
      note(this.warned, rule, this.rowsIn, prompt, `rows ${REMARKS[rule]}`)
    const asked = promptTexts(row)
    const answers = answersOf(row, stage).map((answer) => answer ?? '')
    const sizes = answers.map((answer) => Buffer.byteLength(answer))
    const before = asked.reduce((sum, text) => sum + Buffer.byteLength(text), 0)
    this.bytes += before + sizes.reduce((sum, size) => sum + size, 64)
    if (prompt.trim() === '') remark('prompt_empty')
    if (answers.some((answer) => answer.trim() === '')) remark('response_empty')
    const template = (this.options.templateTokens ?? 0) * messageCount(row)
    if (tokens === null) this.noteUncounted(prompt)
    else this.counted++
    const length = tokens ?? (before + Math.max(...sizes)) / BYTES_PER_TOKEN
    const isUnknown = tokens === null && this.isStrict
    if (!isUnknown && length + template > cutoff) {
      const how =
        tokens === null
          ? 'by a character estimate of the whole chat (no tokenizer)'
          : `by ${counter?.name ?? 'the token counts of the study'} and the template`
      const message = `rows are longer than cutoff_len ${cutoff} ${how}: training cuts them.`
      note(this.warned, tokens === null ? 'cutoff' : 'cutoff_tokens', this.rowsIn, prompt, message)
    }
    if (seen(this.prompts, asked)) remark('duplicate_prompt')
    const isGood = stage === 'kto' ? String(row.isGood) : ''
    if (seen(this.rows, [...asked, ...answers, isGood])) remark('duplicate_row')
    if (row.tools !== '' && hasIncompleteTool(row.tools)) remark('tools_incomplete')
    if (MEDIA.some((kind) => row.media[kind].length > 0)) remark('media_files')
    else if (MEDIA.some((kind) => countPlaceholders([...asked, ...answers], kind) > 0))
      remark('placeholder_text')
  }

  /** An estimate does not do. */
  private get isStrict(): boolean {
    return this.options.lengths === 'tokens' || Boolean(this.options.counter)
  }

  private noteUncounted(prompt: string): void {
    const { counter } = this.options
    if (counter) {
      const message = `rows are not counted by ${counter.name} yet. Count them first, which a job does; they are kept for the next export.`
      note(this.uncounted, NOT_COUNTED_YET, this.rowsIn, prompt, message)
      return
    }
    const message =
      this.options.lengths === 'tokens'
        ? 'rows are not counted: no run of "Tokens" tells the length of all their texts. Compute Tokens for them (it does not count history, system prompt and tools) and add its columns where the format has no sidecar, leave such rows out by a filter, or allow an estimate.'
        : 'rows are measured by a character estimate beside others that are counted in tokens: a run of "Tokens" does not tell the length of all their texts.'
    note(this.uncounted, 'not_counted', this.rowsIn, prompt, message)
  }

  /** Beside files for a multimodal model a placeholder without a file is no text any more: such rows are not kept. */
  private settlePlaceholders(): void {
    const found = this.warned.get('placeholder_text')
    if (!found || !hasMedia(this.columns)) return
    this.warned.delete('placeholder_text')
    this.rowsKept -= found.rows
    const known = this.dropped.get('media_mismatch')
    const message = `rows ${REASONS['media_mismatch']}.`
    this.dropped.set('media_mismatch', {
      rule: 'media_mismatch',
      message,
      rows: found.rows + (known?.rows ?? 0),
      examples: [...(known?.examples ?? []), ...found.examples].slice(0, EXAMPLES),
      at: [...(known?.at ?? []), ...found.at].sort((a, b) => a - b).slice(0, MOST_AT),
    })
  }

  result(): BundleCheck {
    const { options, verdicts } = this
    this.settlePlaceholders()
    const errors: ExportFinding[] = []
    if (!/^[a-z0-9_-]+$/.test(options.name)) {
      errors.push(
        wholeFile('name', 'The name may hold lower-case letters, digits, "_" and "-" only.'),
      )
    }
    const blocked = [...this.dropped.values()]
    if (!options.excludeBlocked) errors.push(...blocked)
    if (this.isStrict) errors.push(...this.uncounted.values())
    else if (this.counted > 0) this.uncounted.forEach((found) => this.warned.set(found.rule, found))
    if (this.rowsKept === 0) errors.push(wholeFile('no_rows', 'No row is left to train on.'))
    const warnings = [...this.warned.values()].map(counted)
    if (options.stage === 'kto' && this.rowsKept > 0 && (!verdicts.good || !verdicts.bad)) {
      const kind = verdicts.good ? 'good' : 'bad'
      warnings.push(
        wholeFile('kto_one_kind', `All answers are marked as ${kind}: KTO needs both kinds.`),
      )
    }
    if (options.excludeBlocked) {
      warnings.push(
        ...blocked.map((finding) => ({
          ...finding,
          message: `Left out: ${counted(finding).message}`,
        })),
      )
    }
    return {
      rowsIn: this.rowsIn,
      rowsKept: this.rowsKept,
      errors: errors.map(counted),
      warnings,
      droppedByReason: Object.fromEntries(blocked.map((finding) => [finding.rule, finding.rows])),
      bytesEstimate: this.bytes,
      columns: { ...this.columns },
    }
  }
}

function messageCount({ messages, history, system }: TrainingRow): number {
  return messages ? messages.length : 2 * history.length + 2 + (system === '' ? 0 : 1)
}

/** Returns the tokens of a row of one question by the study's own counts, null where they do not tell its length. */
function countedTokens({ metrics = [], row }: ExportRow, read: TrainingRow): number | null {
  // What the metric counts is instruction, input and response.
  if (read.history.length > 0 || read.system !== '' || read.tools !== '') return null
  if (row.messages !== null && row.messages.length > 2) return null
  const countOf = (key: string) => {
    // The first is the run that was chosen, where one was.
    const value = metrics.find((one) => one.key.split('@')[0] === `tokens.${key}`)?.value
    return typeof value === 'number' ? value : NaN
  }
  const sum = countOf('instruction') + countOf('response')
  return Number.isNaN(sum) ? null : sum
}

function counted(finding: ExportFinding): ExportFinding {
  return finding.rows === 0
    ? finding
    : { ...finding, message: `${finding.rows} ${finding.message}` }
}

function note(
  findings: Map<string, ExportFinding>,
  rule: string,
  row: number,
  prompt: string,
  message: string,
): void {
  const finding = findings.get(rule) ?? { rule, message, rows: 0, examples: [], at: [] }
  finding.rows++
  if (finding.examples.length < EXAMPLES)
    finding.examples.push(`row ${row}: ${prompt.slice(0, 60)}`)
  if (finding.at.length < MOST_AT) finding.at.push(row)
  findings.set(rule, finding)
}

/** Adds texts by their hash: half a million prompts would not fit in memory as they are. */
function seen(hashes: Set<string>, parts: readonly string[]): boolean {
  const hash = createHash('md5').update(JSON.stringify(parts)).digest('base64')
  const size = hashes.size
  hashes.add(hash)
  return hashes.size === size
}
