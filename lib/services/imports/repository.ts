import fs from 'node:fs/promises'
import path from 'node:path'
import type { PreviewRequest, Upload } from '@/lib/contracts/uploads'
import { readNamed } from '@/lib/files'
import { cardConfigs, type CardConfig } from '@/lib/formats/hub/card'
import { joinedLines } from '@/lib/formats/hub/join'
import { datasetParts, isShard, type DatasetPart } from '@/lib/formats/hub/splits'
import { saveUpload, type UploadsPlace } from './uploads'

/** The card of a data set; a README is some KB, seldom a MB. */
export const CARD = 'README.md'
const MAX_CARD = 8 << 20

/** Returns what the card of a folder states; null where the folder is no data set repository. */
async function configsOf(folder: string, files: readonly string[]): Promise<CardConfig[] | null> {
  const named = { what: 'The README.md of the data set', maxBytes: MAX_CARD }
  const file = path.join(/*turbopackIgnore: true*/ folder, CARD)
  const hasCard = (await fs.lstat(file).catch(() => null))?.isFile() ?? false
  const configs = hasCard ? cardConfigs((await readNamed(file, named)).toString('utf8')) : null
  if (configs && configs.length > 0) return configs
  return files.some(isShard) ? [] : null
}

/**
 * Returns the parts of a data set repository that lies in a folder; null where neither its card nor numbered pieces say that it is one. `files` are the
 * paths of its data files, `name` is what it is called.
 */
export async function repositoryParts(
  folder: string,
  name: string,
  files: readonly string[],
): Promise<DatasetPart[] | null> {
  const plain = files.map((file) => file.split(path.sep).join('/'))
  const configs = await configsOf(folder, plain)
  return configs && datasetParts(name, plain, configs)
}

/** Returns what a part of a data set is called where the user chooses. */
export function partLabel({ config, split }: Pick<DatasetPart, 'config' | 'split'>): string {
  return config === 'default' ? split : `${config} ${split}`
}

/** Yields the chunks and says with each that work goes on. */
export async function* ticking(chunks: AsyncIterable<Buffer>, tick: (() => void) | undefined) {
  for await (const chunk of chunks) {
    tick?.()
    yield chunk
  }
}

/** Returns the upload that a part became: its one file, registered by `register`, or the rows of its pieces in their order. */
export async function registerPart(
  config: UploadsPlace,
  folder: string,
  part: DatasetPart,
  how: {
    register: (config: UploadsPlace, file: string) => Promise<Pick<Upload, 'uploadId'>>
    /** Called while pieces are joined. */
    tick?: (() => void) | undefined
  },
): Promise<PreviewRequest> {
  const places = part.files.map((file) => path.join(/*turbopackIgnore: true*/ folder, file))
  const [first, ...others] = places
  const upload =
    first !== undefined && others.length === 0
      ? await how.register(config, first)
      : await saveUpload(
          config,
          part.name,
          ticking(joinedLines(places.map((file) => ({ path: file }))), how.tick),
        )
  return { uploadId: upload.uploadId, relativePath: part.name }
}
