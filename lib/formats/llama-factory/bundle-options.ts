import type { LengthCounter } from '../writers/types'
import type { MediaKind } from './carried'
import { DEFAULT_COLUMNS, DEFAULT_TAGS } from './converter'
import type { FactoryColumns, FactoryEntry, Stage } from './converter'

/** Shape of the training file. */
export type BundleFormat = 'alpaca' | 'sharegpt'

/** Optional columns: written for every row as soon as one row has them, since all rows must have the same keys. */
export interface BundleColumns extends Record<MediaKind, boolean> {
  system: boolean
  history: boolean
  tools: boolean
}

/** How the bundle is to be written. */
export interface BundleOptions {
  /** Data set name: [a-z0-9_-]+. */
  name: string
  format: BundleFormat
  stage: Stage
  foldInput: boolean
  /** Excludes the rows that training would leave out or stop at. */
  excludeBlocked: boolean
  /** Keeps rows with an empty response; the recipe says so. */
  allowEmptyResponses: boolean
  /** LLaMA-Factory chat template. */
  template: string
  /** Default 2048. */
  cutoffLen?: number
  /** `tokens`: lengths that a run of "Tokens" does not tell forbid the export; else they are estimated. */
  lengths?: 'any' | 'tokens'
  /** Tells lengths in place of the study's own counts; a row that it has not counted forbids the export. */
  counter?: LengthCounter | null
  /** What the template adds to each message; default 0. */
  templateTokens?: number
}

/** The columns of a bundle that uses all of them. */
export const ALL_COLUMNS: BundleColumns = {
  system: true,
  history: true,
  tools: true,
  images: true,
  videos: true,
  audios: true,
}

/** Returns the entry of dataset_info.json under which a bundle's rows are read. */
export function bundleEntry(
  { format, stage }: Pick<BundleOptions, 'format' | 'stage'>,
  columns: BundleColumns,
): FactoryEntry {
  const named = (key: keyof FactoryColumns & keyof BundleColumns) => (columns[key] ? key : null)
  const isChat = format === 'sharegpt'
  const isPair = stage === 'dpo'
  return {
    formatting: format,
    ranking: isPair,
    columns: {
      prompt: isChat ? null : DEFAULT_COLUMNS.prompt,
      query: isChat ? null : DEFAULT_COLUMNS.query,
      response: isChat || isPair ? null : DEFAULT_COLUMNS.response,
      messages: isChat ? DEFAULT_COLUMNS.messages : null,
      history: isChat ? null : named('history'),
      system: isChat ? null : named('system'),
      tools: named('tools'),
      images: named('images'),
      videos: named('videos'),
      audios: named('audios'),
      chosen: isPair ? 'chosen' : null,
      rejected: isPair ? 'rejected' : null,
      kto_tag: stage === 'kto' ? 'kto_tag' : null,
    },
    tags: DEFAULT_TAGS,
  }
}
