import { parseDocument } from 'yaml'
import { isObject, own } from '../shared/column-path'
import type { JsonObject, JsonValue } from '../types'

/** Cards are some KB; the list of a data set with hundreds of languages is 1 MB. */
const MAX_HEAD = 4 << 20

/** Files that the card of a data set names for one split. */
export interface CardSplit {
  split: string
  patterns: string[]
}

/** A configuration (the hub says subset) of a data set, as its card states it. */
export interface CardConfig {
  name: string
  /** Folder in which its files lie; empty: the whole repository. */
  folder: string
  /** null: by the names of the files. */
  splits: CardSplit[] | null
}

function texts(value: JsonValue | undefined): string[] {
  const list = Array.isArray(value) ? value : [value]
  return list.filter((item): item is string => typeof item === 'string' && item !== '')
}

/** `data_files` is a pattern, a list of them, a table of splits, or a list of {split, path}. */
function splitsOf(value: JsonValue | undefined): CardSplit[] | null {
  if (value === undefined || value === null) return null
  if (isObject(value)) {
    return Object.entries(value).map(([split, path]) => ({ split, patterns: texts(path) }))
  }
  const list = Array.isArray(value) ? value : [value]
  const named = list.filter(isObject).map((item) => ({
    split: texts(own(item, 'split'))[0] ?? 'train',
    patterns: texts(own(item, 'path')),
  }))
  return named.length > 0 ? named : [{ split: 'train', patterns: texts(list) }]
}

function configOf(item: JsonObject): CardConfig {
  return {
    name: texts(own(item, 'config_name'))[0] ?? 'default',
    folder: (texts(own(item, 'data_dir'))[0] ?? '').replace(/^\.\/|\/+$/g, ''),
    splits: splitsOf(own(item, 'data_files')),
  }
}

function headOf(text: string): JsonValue | null {
  const document = parseDocument(text, { schema: 'core', merge: false })
  if (document.errors.length > 0) return null
  try {
    // Aliases are not followed beyond what a card needs: a few lines could stand for gigabytes.
    return document.toJS({ maxAliasCount: 20 }) as JsonValue
  } catch {
    return null
  }
}

/** Returns the configurations that the head of a README.md states; null where it has no such head, empty where the head names none. */
export function cardConfigs(readme: string): CardConfig[] | null {
  const head = /^\uFEFF?---\r?\n([\s\S]*?)\r?\n---\s*(?:\r?\n|$)/.exec(readme.slice(0, MAX_HEAD))
  if (!head) return null
  const value = headOf(head[1] as string)
  if (!isObject(value)) return null
  const configs = own(value, 'configs')
  return Array.isArray(configs) ? configs.filter(isObject).map(configOf) : []
}
