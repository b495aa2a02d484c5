import { formatBytes } from '@/lib/contracts/format'
import {
  hubNameSchema,
  hubResultSchema,
  hubRevisionSchema,
  type HubDataset,
} from '@/lib/contracts/hub'
import type { PreviewRequest } from '@/lib/contracts/uploads'
import { AppError } from '@/lib/errors'
import type { ServiceContext } from '@/lib/services/context'
import { describeDataset, requestDataset } from '@/lib/services/hub'
import { followJobs } from './follow'
import type { ImportOptions } from './import-options'
import { say } from './output'

/** Options of `import` that choose among the parts of a data set. */
export type HubOptions = Pick<ImportOptions, 'config' | 'split'> & { json: boolean }

const PREFIX = 'hf:'

/** Returns whether an argument names a data set of the hub. */
export function isHubName(entry: string): boolean {
  return entry.startsWith(PREFIX)
}

function parseName(entry: string): { name: string; revision: string } {
  const [written, revision = 'main'] = entry.slice(PREFIX.length).split('@')
  const name = hubNameSchema.safeParse(written)
  const at = hubRevisionSchema.safeParse(revision)
  if (name.success && at.success) return { name: name.data, revision: at.data }
  const message = (name.success ? at : name).error?.issues[0]?.message
  throw new AppError('invalid_input', `${entry}: ${message}`)
}

function partLine({ config, split, sizeBytes, reason }: HubDataset['parts'][number]): string {
  return `--config ${config} --split ${split}: ${reason ?? formatBytes(sizeBytes)}`
}

/** Returns the parts that options name; throws the list of them where several are there and none is named. */
function chosenParts(dataset: HubDataset, { config, split }: HubOptions): HubDataset['parts'] {
  const named = dataset.parts.filter(
    (part) => (config ?? part.config) === part.config && (split ?? part.split) === part.split,
  )
  const readable = named.filter(({ reason }) => reason === null)
  const isNamed = config !== undefined || split !== undefined
  if (readable.length === 1 || (isNamed && readable.length > 0)) return readable
  const lines = dataset.parts.map(partLine).join('\n')
  if (dataset.parts.length === 0) {
    throw new AppError('data_error', `${dataset.name} holds no JSON, JSONL, CSV or Parquet file.`)
  }
  const problem = readable.length === 0 ? 'no such part can be imported' : 'choose among its parts'
  throw new AppError('data_error', `${dataset.name}: ${problem}.\n${lines}`)
}

/** Fetches a data set of the hub that an argument names and returns the uploads that it became; says its size before. */
export async function fetchNamed(
  context: ServiceContext,
  entry: string,
  options: HubOptions,
): Promise<PreviewRequest[]> {
  const { name, revision } = parseName(entry)
  const dataset = await describeDataset(name, revision)
  const parts = chosenParts(dataset, options)
  const size = parts.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  if (!options.json) say('Hub', `${name} at ${dataset.commit}: ${formatBytes(size)}`)
  const wanted = parts.map(({ config, split }) => ({ config, split }))
  const job = requestDataset(context, { name, commit: dataset.commit, parts: wanted })
  const [ended] = await followJobs(context, [job.id], options.json)
  return hubResultSchema.parse(ended?.result).uploads
}
