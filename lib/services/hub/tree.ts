import { z } from 'zod'
import { parseOutsideJson } from '@/lib/contracts/parse-json'
import { AppError, throwIfAborted } from '@/lib/errors'
import { cardConfigs } from '@/lib/formats/hub/card'
import { datasetParts, type DatasetPart } from '@/lib/formats/hub/splits'
import { causeOf } from '@/lib/models/hub'
import { hubBase, hubErrorCode, hubProblem, requestHub } from '@/lib/models/hub-request'
import type { Environment } from '@/lib/models/paths'
import { DATA_FILE } from '../imports/folder'
import { CARD } from '../imports/repository'

/** A hub that says nothing for so long is not there. */
const ASK_MS = 30_000
/** A page of the list of files holds 1,000, some 250 KB; a card is some KB. */
const MAX_BYTES = 8 << 20
/** Data sets of more files than this are no tables of instructions. */
const MAX_PAGES = 30

/** Who asks. */
export interface Asker {
  env?: Environment | undefined
  signal?: AbortSignal | undefined
}

/** One file of a data set as the hub lists it. */
export interface HubFile {
  path: string
  sizeBytes: number
  /** Of the content, or of the git blob. */
  checksum: { kind: 'sha256' | 'git'; hex: string }
}

/** A data set at one commit, with what is read of it. */
export interface HubTree {
  commit: string
  parts: DatasetPart[]
  files: Map<string, HubFile>
}

const infoSchema = z.object({ sha: z.string().regex(/^[0-9a-f]{40}$/) })
const treeSchema = z.array(
  z.object({
    type: z.string(),
    path: z.string(),
    oid: z.string(),
    size: z.number().int().nonnegative(),
    lfs: z.object({ oid: z.string(), size: z.number().int().nonnegative() }).nullish(),
  }),
)

async function ask(url: string, what: string, { env, signal }: Asker) {
  const limit = AbortSignal.timeout(ASK_MS)
  const { host } = new URL(hubBase(env))
  try {
    const both = signal ? AbortSignal.any([signal, limit]) : limit
    const reply = await requestHub(url, { 'accept-encoding': 'identity' }, { env, signal: both })
    const status = reply.statusCode ?? 0
    if (status !== 200) {
      reply.destroy()
      const code = reply.headers['x-error-code']
      throw new AppError(hubErrorCode(status), `${hubProblem({ status, code }, what, env)}.`)
    }
    const pieces: Buffer[] = []
    let size = 0
    for await (const piece of reply as AsyncIterable<Buffer>) {
      pieces.push(piece)
      size += piece.length
      if (size > MAX_BYTES)
        throw new AppError('data_error', `${host} says more of ${what} than is read.`)
    }
    return { text: Buffer.concat(pieces).toString('utf8'), link: reply.headers['link'] }
  } catch (error) {
    throwIfAborted(signal)
    if (error instanceof AppError) throw error
    const why = limit.aborted ? 'it did not answer in time' : causeOf(error)
    throw new AppError(
      'backend_unavailable',
      `${host} cannot be reached (${why}). Check the connection; HF_ENDPOINT names a mirror.`,
    )
  }
}

function read<T>(schema: z.ZodType<T>, text: string, env: Environment | undefined): T {
  const json = parseOutsideJson(text)
  const parsed = schema.safeParse('value' in json ? json.value : undefined)
  if (parsed.success) return parsed.data
  const { host } = new URL(hubBase(env))
  throw new AppError(
    'data_error',
    `What ${host} answers is not what a hub says. Check HF_ENDPOINT.`,
  )
}

/** A path that leads out of its folder is no file of a repository. */
function isInside(path: string): boolean {
  return !path.split(/[\\/]/).some((part) => part === '' || part === '..' || part === '.')
}

async function listFiles(name: string, commit: string, asker: Asker): Promise<HubFile[]> {
  const base = hubBase(asker.env)
  const files: HubFile[] = []
  let url: string | undefined = `${base}/api/datasets/${name}/tree/${commit}?recursive=1`
  for (let page = 0; url !== undefined; page += 1) {
    if (page === MAX_PAGES)
      throw new AppError(
        'data_error',
        `${name} holds too many files to be a data set of instructions.`,
      )
    const { text, link } = await ask(url, name, asker)
    for (const { type, path, oid, size, lfs } of read(treeSchema, text, asker.env)) {
      const checksum = lfs
        ? ({ kind: 'sha256', hex: lfs.oid } as const)
        : ({ kind: 'git', hex: oid } as const)
      if (type === 'file' && isInside(path))
        files.push({ path, sizeBytes: lfs?.size ?? size, checksum })
    }
    const next = /<([^>]+)>;\s*rel="next"/.exec(String(link ?? ''))?.[1]
    // The next page is asked of the hub itself, wherever a mirror's answer points.
    url = next === undefined ? undefined : `${base}${pathOf(next, base)}`
  }
  return files
}

function pathOf(next: string, base: string): string {
  const { pathname, search } = new URL(next, `${base}/`)
  const prefix = new URL(base).pathname.replace(/\/$/, '')
  return `${pathname.startsWith(`${prefix}/`) ? pathname.slice(prefix.length) : pathname}${search}`
}

/** Returns the parts and files of a data set at a revision. Throws what the hub refuses with what to do about it. */
export async function readTree(name: string, revision: string, asker: Asker): Promise<HubTree> {
  const base = hubBase(asker.env)
  const info = await ask(
    `${base}/api/datasets/${name}/revision/${encodeURIComponent(revision)}`,
    name,
    asker,
  )
  const { sha } = read(infoSchema, info.text, asker.env)
  const files = await listFiles(name, sha, asker)
  const hasCard = files.some(({ path }) => path === CARD)
  const card = hasCard
    ? await ask(`${base}/datasets/${name}/resolve/${sha}/${CARD}`, name, asker)
    : null
  const data = files.filter(({ path }) => DATA_FILE.test(path))
  const repo = name.split('/').pop() as string
  const paths = data.map(({ path }) => path)
  return {
    commit: sha,
    parts: datasetParts(repo, paths, card && cardConfigs(card.text)),
    files: new Map(data.map((file) => [file.path, file])),
  }
}
