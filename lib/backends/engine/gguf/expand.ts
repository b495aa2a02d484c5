import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { access, mkdir, open, rename, rm } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import path from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { AppError, errorMessage } from '@/lib/errors'
import { BLOCK_TYPES, GGML_TYPE, expandBlocks } from './blocks'
import { readHeader, writeHeader } from './header'
import type { GgufHeader, TensorInfo } from './header'

// Goes into the file name: raise it when the written numbers change.
const VERSION = 1
// general.file_type of a file of float32 matrices, as llama.cpp numbers it.
const FILE_TYPE = 0
const UINT32 = 4

function entries(tensor: TensorInfo): number {
  return tensor.shape.reduce((product, size) => product * size, 1)
}

/** Norms and biases are vectors and stay as they are. */
function targetType(tensor: TensorInfo): number {
  return tensor.shape.length < 2 ? tensor.type : GGML_TYPE.F32
}

function bytesOf(tensor: TensorInfo, type: number): number {
  const block = BLOCK_TYPES.get(type)
  if (!block) throw new Error(`${tensor.name} has the type ${type}, which cannot be expanded`)
  return (entries(tensor) / block.entries) * block.bytes
}

function plan(header: GgufHeader): GgufHeader {
  let offset = 0
  const tensors = header.tensors.map((tensor) => {
    const type = targetType(tensor)
    const placed = { ...tensor, type, offset }
    offset += Math.ceil(bytesOf(tensor, type) / header.alignment) * header.alignment
    return placed
  })
  const meta = header.meta.map((entry) =>
    entry.key === 'general.file_type' && entry.type === UINT32
      ? { ...entry, value: new Uint8Array(Uint32Array.of(FILE_TYPE).buffer) }
      : entry,
  )
  return { ...header, meta, tensors }
}

/**
 * Returns the size in bytes of a file's weights written out as float32; null when a tensor has a type that cannot be
 * written out.
 */
export async function expansionOf(file: string): Promise<number | null> {
  const handle = await open(file)
  try {
    const header = await readHeader(handle)
    if (header.tensors.some((tensor) => !BLOCK_TYPES.has(tensor.type))) return null
    return header.tensors.reduce((sum, tensor) => sum + bytesOf(tensor, targetType(tensor)), 0)
  } finally {
    await handle.close()
  }
}

async function copyTensor(
  source: FileHandle,
  target: FileHandle,
  from: TensorInfo,
  type: number,
  at: number,
): Promise<void> {
  const data = new Uint8Array(bytesOf(from, from.type))
  const { bytesRead } = await source.read(data, 0, data.length, from.offset)
  if (bytesRead !== data.length) throw new Error(`the file ends inside ${from.name}`)
  const block = BLOCK_TYPES.get(from.type)
  if (!block) throw new Error(`${from.name} has a type that cannot be expanded`)
  const weights = expandBlocks(block, data)
  if (!weights.every(Number.isFinite)) {
    throw new AppError(
      'invalid_input',
      `The weights ${from.name} of the model file hold values that are not numbers. Fetch the file again, or choose another one.`,
    )
  }
  const out = type === from.type ? data : new Uint8Array(weights.buffer)
  await target.write(out, 0, out.length, at)
}

async function writeExpanded(file: string, target: string): Promise<void> {
  const source = await open(file)
  try {
    const header = await readHeader(source)
    const planned = plan(header)
    const head = writeHeader(planned)
    const out = await open(target, 'w')
    try {
      await out.write(head, 0, head.length, 0)
      for (const [i, tensor] of header.tensors.entries()) {
        const place = planned.tensors[i] as TensorInfo
        await copyTensor(source, out, tensor, place.type, head.length + place.offset)
        await nextTurn()
      }
      await out.sync()
    } finally {
      await out.close()
    }
  } finally {
    await source.close()
  }
}

/** What names an expanded copy: the source's content, not its place. */
export interface ExpansionRequest {
  file: string
  sha256: string
  cacheDir: string
}

/** Returns where the expanded copy of a model file lies. */
export function expandedPath({ sha256, cacheDir }: Omit<ExpansionRequest, 'file'>): string {
  const key = createHash('sha256').update(`${VERSION} f32 ${sha256}`).digest('hex').slice(0, 24)
  return path.join(cacheDir, 'expanded', `${key}.f32.gguf`)
}

/**
 * Returns the path of a copy of a GGUF file whose matrices are float32 instead of quantised blocks; writes it first
 * when it is not there, whole or not at all. Throws `backend_unavailable` with the remedy when it cannot.
 */
export async function expandModel(request: ExpansionRequest): Promise<string> {
  const target = expandedPath(request)
  try {
    await access(target, constants.R_OK)
    return target
  } catch {
    // Not there yet.
  }
  const part = `${target}.${process.pid}.part`
  try {
    await mkdir(path.dirname(target), { recursive: true })
    await writeExpanded(request.file, part)
    await rename(part, target)
    return target
  } catch (error) {
    await rm(part, { force: true })
    if (error instanceof AppError) throw error
    const bytes = await expansionOf(request.file).catch(() => null)
    throw new AppError(
      'backend_unavailable',
      `The weights of ${path.basename(request.file)} cannot be written out as f32 in ${path.dirname(target)} (${errorMessage(error).slice(0, 200)}). Make room for ${Math.ceil((bytes ?? 0) / 1e6)} MB there, or set the scoring weights of the backend to "file".`,
      { cause: error },
    )
  }
}
