import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BLOCK_TYPES, GGML_TYPE, expandBlocks, half } from './blocks'
import golden from './blocks.golden.json'
import { expandModel, expansionOf } from './expand'
import { readHeader, writeHeader } from './header'
import type { GgufHeader } from './header'

const bytesOf = (text: string) => new Uint8Array(Buffer.from(text, 'base64'))

describe('blocks of quantised weights', () => {
  it.each(Object.entries(golden.blocks))(
    '%s: the values of the reference package',
    (name, block) => {
      const type = BLOCK_TYPES.get(GGML_TYPE[name as keyof typeof GGML_TYPE])
      const expected = new Float32Array(bytesOf(block.float32).buffer)
      expect(type && expandBlocks(type, bytesOf(block.bytes))).toEqual(expected)
    },
  )

  it('reads half precision: one, the smallest, infinity and not a number', () => {
    expect([0x3c00, 0x0001, 0xc000, 0x7c00].map(half)).toEqual([1, 2 ** -24, -2, Infinity])
    expect(half(0x7e00)).toBeNaN()
  })
})

const string = (value: string) => {
  const size = Buffer.alloc(8)
  size.writeBigUInt64LE(BigInt(value.length))
  return new Uint8Array(Buffer.concat([size, Buffer.from(value)]))
}

/** A file with a quantised matrix of 2 x 32, a vector and metadata of each shape. */
function sampleFile(): Uint8Array {
  const matrix = bytesOf(golden.blocks.Q4_1.bytes)
  const header: GgufHeader = {
    version: 3,
    alignment: 64,
    meta: [
      { key: 'general.alignment', type: 4, value: new Uint8Array(Uint32Array.of(64).buffer) },
      { key: 'general.name', type: 8, value: string('sample') },
      { key: 'general.file_type', type: 4, value: new Uint8Array(Uint32Array.of(3).buffer) },
      {
        key: 'tokens',
        type: 9,
        value: new Uint8Array(
          Buffer.concat([
            new Uint8Array(Uint32Array.of(8).buffer),
            new Uint8Array(BigUint64Array.of(2n).buffer),
            string('a'),
            string('bc'),
          ]),
        ),
      },
    ],
    tensors: [
      { name: 'matrix', shape: [32, 2], type: GGML_TYPE.Q4_1, offset: 0 },
      { name: 'norm', shape: [3], type: GGML_TYPE.F32, offset: 64 },
    ],
  }
  const head = writeHeader(header)
  const file = new Uint8Array(head.length + 64 + 12)
  file.set(head)
  file.set(matrix, head.length)
  file.set(new Uint8Array(Float32Array.of(1, 2, 3).buffer), head.length + 64)
  return file
}

describe('writing weights out', () => {
  let folder: string
  let file: string
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'gguf-'))
    file = path.join(folder, 'sample.gguf')
    writeFileSync(file, sampleFile())
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  async function written() {
    const target = await expandModel({ file, sha256: 'hash', cacheDir: folder })
    const handle = await open(target)
    const header = await readHeader(handle)
    await handle.close()
    return { target, header, bytes: new Uint8Array(readFileSync(target)) }
  }

  it('keeps metadata, vectors and alignment, and writes matrices as float32', async () => {
    const { header, bytes } = await written()
    expect(header.meta.map(({ key }) => key)).toEqual([
      'general.alignment',
      'general.name',
      'general.file_type',
      'tokens',
    ])
    expect(Array.from(header.meta[2]?.value ?? [])).toEqual([0, 0, 0, 0])
    const [matrix, norm] = header.tensors
    expect(matrix).toMatchObject({ name: 'matrix', shape: [32, 2], type: GGML_TYPE.F32 })
    const at = (offset = 0, length = 0) => bytes.slice(offset, offset + length)
    expect(at(matrix?.offset, 256)).toEqual(bytesOf(golden.blocks.Q4_1.float32))
    expect((norm?.offset ?? 1) % 64).toBe(0)
    expect(new Float32Array(at(norm?.offset, 12).buffer)).toEqual(Float32Array.of(1, 2, 3))
  })

  it('writes once and leaves no half file', async () => {
    const first = await written()
    writeFileSync(first.target, 'already there')
    expect(await expandModel({ file, sha256: 'hash', cacheDir: folder })).toBe(first.target)
    const broken = path.join(folder, 'broken.gguf')
    writeFileSync(broken, sampleFile().subarray(0, -80))
    const request = { file: broken, sha256: 'other', cacheDir: folder }
    await expect(expandModel(request)).rejects.toMatchObject({ code: 'backend_unavailable' })
    expect(readdirSync(path.join(folder, 'expanded')).some((name) => name.includes('part'))).toBe(
      false,
    )
  })

  it('says how large the copy is, and refuses a type it does not know', async () => {
    expect(await expansionOf(file)).toBe(256 + 12)
    const foreign = path.join(folder, 'foreign.gguf')
    const header: GgufHeader = {
      version: 3,
      alignment: 32,
      meta: [],
      tensors: [{ name: 'm', shape: [256, 1], type: 16, offset: 0 }],
    }
    writeFileSync(foreign, writeHeader(header))
    expect(await expansionOf(foreign)).toBeNull()
    const text = path.join(folder, 'text.gguf')
    writeFileSync(text, 'this is no model at all, only text')
    await expect(expansionOf(text)).rejects.toThrow('does not begin with GGUF')
  })
})
