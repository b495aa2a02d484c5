import type { CanonicalRow, ColumnMapping, JsonObject, JsonValue, RowFlag } from '../types'
import { valueAt } from './column-path'

/** Columns that hold pictures, films and sounds, or where they lie. */
const MEDIA_KEY = /^(image|video|audio)s?(_(path|file|url|bytes))?s?$/i
/** The bare words name other things too: "docker" is the image of a container. */
const BARE_KEY = /^(image|video|audio)$/i
/** A file with an extension, a path, or an address. */
const LIKE_FILE = /^(data|https?|file|s3|gs):|[\\/]|\.[a-z0-9]{2,5}$/i
/** Columns of preference data: answers that were compared. */
const COMPARED_KEYS = new Set(['chosen', 'rejected'])
/** Columns that rank or score several answers of a row. */
const RANKING_KEYS = new Set([
  'ranking',
  'rankings',
  'rank',
  'ranks',
  'scores',
  'ratings',
  'rewards',
])
/** Place of a picture in a text, as vision models and LLaMA-Factory write it. */
export const IMAGE_TAG = '<image>'

interface MarkedKeys {
  media: string[]
  compared: string[]
  ranking: string[]
}

let lastKeys: readonly string[] | null = null
let last: MarkedKeys = { media: [], compared: [], ranking: [] }

/** Rows of one shape share their key array, so the last answer mostly holds. */
function markedKeys(keys: readonly string[]): MarkedKeys {
  if (keys === lastKeys) return last
  lastKeys = keys
  last = {
    media: keys.filter((key) => MEDIA_KEY.test(key)),
    compared: keys.filter((key) => COMPARED_KEYS.has(key.toLowerCase())),
    ranking: keys.filter((key) => RANKING_KEYS.has(key.toLowerCase())),
  }
  return last
}

function isFilled(value: JsonValue | undefined): boolean {
  if (value === undefined || value === null || value === '' || value === false) return false
  return !Array.isArray(value) || value.length > 0
}

function isMedia(key: string, value: JsonValue | undefined): boolean {
  if (!isFilled(value)) return false
  return !BARE_KEY.test(key) || typeof value !== 'string' || LIKE_FILE.test(value.trim())
}

/** A ranking is of several answers: there is another list of the same length. */
function ranks(row: JsonObject, keys: readonly string[], key: string): boolean {
  const values = row[key]
  if (!Array.isArray(values) || values.length < 2) return false
  return keys.some((other) => {
    const items = row[other]
    return other !== key && Array.isArray(items) && items.length === values.length
  })
}

/** Returns what a label says: false for a response that is not a good one, null when it says nothing. CSV files spell it out. */
export function labelOf(value: JsonValue | undefined): boolean | null {
  if (typeof value === 'boolean') return value
  if (value === 0 || value === 1) return value === 1
  if (typeof value !== 'string' || !/^(true|false)$/i.test(value.trim())) return null
  return value.trim().toLowerCase() === 'true'
}

/** Adds the flags of rows whose response or content must not be taken for plain good text: multimodal, rejected, compared. */
export function markRow(
  row: JsonObject,
  keys: readonly string[],
  mapping: ColumnMapping,
  texts: Pick<CanonicalRow, 'instruction' | 'input' | 'output' | 'system' | 'history'>,
  flags: RowFlag[],
): void {
  const { media, compared, ranking } = markedKeys(keys)
  const add = (flag: RowFlag) => {
    if (!flags.includes(flag)) flags.push(flag)
  }
  const { instruction, input, output, system, history } = texts
  const hasTag =
    instruction.includes(IMAGE_TAG) ||
    (input?.includes(IMAGE_TAG) ?? false) ||
    (output?.includes(IMAGE_TAG) ?? false) ||
    (system?.includes(IMAGE_TAG) ?? false) ||
    (history?.some((pair) => pair.some((text) => text.includes(IMAGE_TAG))) ?? false)
  if (hasTag || media.some((key) => isMedia(key, row[key]))) add('multimodal')
  if (mapping.label && labelOf(valueAt(row, mapping.label)) === false) add('rejected_response')
  if (compared.some((key) => isFilled(row[key])) || ranking.some((key) => ranks(row, keys, key))) {
    add('preference')
  }
}
