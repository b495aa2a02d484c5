import { stringify } from 'yaml'
import { markdownText } from '@/lib/contracts/plain-text'
import type { ColumnType } from '../parquet/column-type'
import { isObject, own } from '../shared/column-path'
import type { JsonObject, JsonValue } from '../types'

/** What the card of a data set says. */
interface CardContent {
  name: string
  license: string
  language: string
  split: string
  rows: number
  /** Bytes of the Parquet files. */
  bytes: number
  recipe: JsonObject
  columns: [string, ColumnType][]
}

/** Size classes of the Hub, by the number of rows below which they end. */
const SIZES: [number, string][] = [
  [1e3, 'n<1K'],
  [1e4, '1K<n<10K'],
  [1e5, '10K<n<100K'],
  [1e6, '100K<n<1M'],
  [Infinity, '1M<n<10M'],
]

const SCALARS: Partial<Record<ColumnType['kind'], string>> = {
  boolean: 'bool',
  int: 'int64',
  bigint: 'int64',
  double: 'float64',
}

/** A type as the library `datasets` writes it in a card; JSON text and columns without any value are strings. */
function featureOf(type: ColumnType): JsonObject {
  if (type.kind === 'list') {
    const item = featureOf(type.item)
    const isPlain = item.dtype !== undefined
    return { list: isPlain ? (item.dtype as string) : (item.struct ?? item) }
  }
  if (type.kind === 'struct')
    return { struct: type.fields.map(([name, field]) => ({ name, ...featureOf(field) })) }
  return { dtype: SCALARS[type.kind] ?? 'string' }
}

function header({ name, license, language, split, rows, bytes, columns }: CardContent): string {
  const languages = language
    .split(',')
    .map((code) => code.trim())
    .filter(Boolean)
  const size = SIZES.find(([below]) => rows < below)?.[1] as string
  const features = columns.map(([column, type]) => ({ name: column, ...featureOf(type) }))
  return stringify(
    {
      pretty_name: name,
      license,
      ...(languages.length > 0 ? { language: languages } : {}),
      task_categories: ['text-generation'],
      tags: ['instruction-tuning', 'synthetic', 'evolens'],
      size_categories: [size],
      configs: [
        { config_name: 'default', data_files: [{ split, path: `data/${split}-*.parquet` }] },
      ],
      dataset_info: {
        features,
        splits: [{ name: split, num_examples: rows }],
        download_size: bytes,
      },
    },
    { lineWidth: 0 },
  )
}

const shown = (value: JsonValue | undefined): string =>
  value === undefined || value === null || value === ''
    ? '-'
    : markdownText(typeof value === 'string' ? value : JSON.stringify(value)).replaceAll(
        /\s+/g,
        ' ',
      )

const listOf = (recipe: JsonObject, key: string): JsonObject[] => {
  const list = own(recipe, key)
  return Array.isArray(list) ? list.filter(isObject) : []
}

function table(heads: readonly string[], rows: readonly string[][]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(heads), line(heads.map(() => '---')), ...rows.map(line)].join('\n')
}

/** What the columns that an export adds hold, by name; after `chosen_` and `rejected_` alike. */
const ADDED: Record<string, string> = {
  study: 'Name of the study',
  seed_set: 'Seed set of the row',
  evolver: 'Model that evolved the row; "seeds" for the seeds',
  round: 'Round of evolution; 0 for the seeds',
  slot: 'Number of the seed in its seed set',
  operator: 'Operator that made the row, null where it is not known',
  row_id: 'Id of the row: its file in the study and its position there',
  source_sha256: 'SHA-256 of the file that the row was imported from',
  operator_source: 'How the operator is known: recorded, inferred or stated',
  parent_id: 'row_id of the row that it was evolved from, null where it is not known',
  alignment: 'How the parent was found',
  alignment_confidence: 'How sure that is, from 0 to 1',
  starred: 'Whether the row was starred by hand',
  decision: 'keep or exclude, as decided by hand',
  own_tags: 'Tags given by hand',
  note: 'Note written by hand',
}

function columnRow(name: string, type: ColumnType, cards: readonly JsonObject[]): string[] {
  const plain = name.replace(/^(chosen|rejected)_/, '')
  const base = plain.replace(/_status$/, '')
  const card = cards.find((one) => own(one, 'column') === base)
  const feature = featureOf(type)
  const kind = typeof feature.dtype === 'string' ? feature.dtype : feature.list ? 'list' : 'struct'
  const about = (): string => {
    if (card && base !== plain) return `Why ${shown(own(card, 'label'))} has no value, or "ok"`
    const run = card && own(card, 'run')
    const hash = isObject(run) ? `, run definition ${shown(own(run, 'definition_hash'))}` : ''
    if (card)
      return `${shown(own(card, 'label'))}: ${shown(own(card, 'formula'))} (unit ${shown(own(card, 'unit'))}; ${shown(own(card, 'source'))}${hash})`
    if (plain === 'chosen' || plain === 'rejected')
      return 'The better and the worse answer of a pair'
    return ADDED[plain] ?? 'As in the source file'
  }
  const json = type.kind === 'json' ? ' (JSON text)' : ''
  return [shown(name), `${kind}${json}`, about()]
}

/** Returns the dataset card: YAML that the Hub and `datasets` read, then where rows and columns come from. It holds no date. */
export function datasetCard(content: CardContent): string {
  const { name, recipe, rows, columns, split } = content
  const steps = listOf(recipe, 'steps').map((step) =>
    ['step', 'condition', 'rows_in', 'rows_out'].map((key) => shown(own(step, key))),
  )
  const sources = listOf(recipe, 'sources').map((source) =>
    ['file', 'sha256', 'seed_set', 'evolver', 'round', 'rows_exported'].map((key) =>
      shown(own(source, key)),
    ),
  )
  const cards = listOf(recipe, 'metric_cards')
  const selection =
    steps.length === 0
      ? 'All rows of the study.'
      : table(['Step', 'Condition', 'Rows before', 'Rows after'], steps)
  return [
    `---\n${header(content)}---`,
    `# ${markdownText(name)}`,
    `${rows} rows in the split ${markdownText(split)}, written by Evolens ${shown(own(recipe, 'tool_version'))}. \`recipe.yaml\` holds filters, definitions of runs and hashes in full.`,
    '## Source',
    table(['File', 'SHA-256', 'Seed set', 'Evolver', 'Round', 'Rows'], sources),
    '## Selection',
    selection,
    '## Columns',
    table(
      ['Column', 'Type', 'Where it comes from'],
      columns.map(([column, type]) => columnRow(column, type, cards)),
    ),
    '',
  ].join('\n\n')
}
