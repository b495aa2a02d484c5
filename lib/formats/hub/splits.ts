import type { CardConfig } from './card'
import { globMatcher } from './glob'

/** Part of a data set that is one file to import, with the files that hold it, in order. */
export interface DatasetPart {
  config: string
  split: string
  /** Paths inside the repository; several are joined. */
  files: string[]
  /** What the file is called in the study. */
  name: string
  /** Why it cannot be imported; null when it can. */
  reason: string | null
}

/** `train-00000-of-00003.parquet`: a piece of one table; a hash may stand behind the count. */
const SHARD = /^(.*?)[-_.]?(\d{5})-of-(\d{5})(?:-[0-9a-f]{8,})?(\.[\w.]+)$/
/** Words by which file and folder names tell a split, as the `datasets` library reads them. */
const SPLIT_WORDS: readonly [string, readonly string[]][] = [
  ['train', ['train', 'training']],
  ['validation', ['validation', 'valid', 'dev', 'val']],
  ['test', ['test', 'testing', 'eval', 'evaluation']],
]
/** A name of these words alone tells nothing of what the file holds. */
const PLAIN_NAME = /^(?:data|dataset|part|rows|default|[\d._-])*$/i

const baseOf = (path: string) => path.slice(path.lastIndexOf('/') + 1)
const stemOf = (path: string) =>
  baseOf(path).replace(/(?:\.(?:json|jsonl|ndjson|csv|tsv|parquet|gz|zst))+$/i, '')
const kindOf = (path: string) => baseOf(path).slice(stemOf(path).length).toLowerCase()

/** Returns whether a file is a numbered piece of one table. */
export function isShard(path: string): boolean {
  return SHARD.test(baseOf(path))
}

function splitOf(path: string): string | null {
  const shard = SHARD.exec(baseOf(path))
  if (shard?.[1]) return shard[1]
  // The name first, then the folders from the nearest on.
  for (const name of path.split('/').toReversed()) {
    const words = name.toLowerCase().split(/[-._ \d]+/)
    const found = SPLIT_WORDS.find(([, known]) => known.some((word) => words.includes(word)))
    if (found) return found[0]
  }
  return null
}

/** Returns what is wrong with the numbered pieces among files: one that is missing would be rows that are missing. */
function shardProblem(files: readonly string[]): string | null {
  const sets = new Map<string, { count: number; numbers: Set<number> }>()
  for (const file of files) {
    const shard = SHARD.exec(baseOf(file))
    if (!shard) continue
    const key = `${file.slice(0, -baseOf(file).length)}${shard[1]}-of-${shard[3]}`
    const set = sets.get(key) ?? { count: Number(shard[3]), numbers: new Set() }
    set.numbers.add(Number(shard[2]))
    sets.set(key, set)
  }
  for (const { count, numbers } of sets.values()) {
    if (numbers.size < count) {
      return `${count - numbers.size} of ${count} pieces (NNNNN-of-${String(count).padStart(5, '0')}) are missing, so rows would be missing. Fetch them all.`
    }
  }
  return null
}

function partOf(
  repo: string,
  config: string,
  split: string,
  given: readonly string[],
): DatasetPart {
  const files = given.toSorted((a, b) => (a < b ? -1 : 1))
  const [first] = files
  const stem = first === undefined ? '' : stemOf(first)
  const isTelling =
    files.length === 1 && !isShard(files[0] as string) && !PLAIN_NAME.test(withoutSplit(stem))
  const words = [
    repo,
    ...(config === 'default' ? [] : [config]),
    ...(split === 'train' ? [] : [split]),
  ]
  const kinds = new Set(files.map(kindOf))
  const extension = files.length === 1 ? kindOf(first as string) : '.jsonl'
  const mixed = kinds.size > 1 ? `Its files are of several kinds (${[...kinds].join(', ')}).` : null
  const missing = files.length === 0 ? 'No file that is read here fits what README.md names.' : null
  return {
    config,
    split,
    files,
    name: isTelling ? baseOf(first as string) : `${words.join('-')}${extension}`,
    reason: missing ?? mixed ?? shardProblem(files),
  }
}

function withoutSplit(stem: string): string {
  const known = SPLIT_WORDS.flatMap(([, words]) => words)
  return stem
    .toLowerCase()
    .split(/(?=[-._ \d])|(?<=[-._ \d])/)
    .filter((word) => !known.includes(word))
    .join('')
}

/** By names alone: pieces of one table are joined; whatever else is a file of its own, since nobody said that it belongs together. */
function byNames(repo: string, config: string, files: readonly string[]): DatasetPart[] {
  const groups = new Map<string, string[]>()
  for (const file of files) {
    const shard = SHARD.exec(baseOf(file))
    const key = shard
      ? `${file.slice(0, -baseOf(file).length)}${shard[1]}-of-${shard[3]}${shard[4]}`
      : file
    groups.set(key, [...(groups.get(key) ?? []), file])
  }
  return [...groups.values()].map((group) =>
    partOf(repo, config, splitOf(group[0] as string) ?? 'train', group),
  )
}

/**
 * Returns the parts of a data set: what its card states (`configs` of the README.md), else what the names of its files tell. `files` are the paths
 * of those that are read here; names are made of `repo` where a file's own says nothing.
 */
export function datasetParts(
  repo: string,
  files: readonly string[],
  configs: readonly CardConfig[] | null,
): DatasetPart[] {
  if (!configs || configs.length === 0) return byNames(repo, 'default', files)
  return configs.flatMap(({ name, folder, splits }) => {
    const prefix = folder === '' ? '' : `${folder}/`
    const within = files.filter((file) => file.startsWith(prefix))
    if (!splits) return byNames(repo, name, within)
    return splits.map(({ split, patterns }) => {
      const fits = patterns.map((pattern) => globMatcher(prefix + pattern.replace(/^\.\//, '')))
      const named = files.filter((file) => fits.some((fit) => fit(file)))
      return partOf(repo, name, split, named)
    })
  })
}
