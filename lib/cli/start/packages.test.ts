import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'

interface Locked {
  version: string
  integrity?: string
  resolved?: string
  optional?: boolean
  os?: string[]
  hasInstallScript?: boolean
  name?: string
}

const ROOT = path.resolve(import.meta.dirname, '../../..')
const readText = (name: string) => fs.readFileSync(path.join(ROOT, name), 'utf8')
const { packages } = JSON.parse(readText('package-lock.json')) as {
  packages: Record<string, Locked>
}
const { allowScripts } = JSON.parse(readText('package.json')) as {
  allowScripts: Record<string, boolean>
}
const installed = Object.entries(packages).filter(([at]) => at !== '')

// Optional packages of other systems whose tarballs the registry did not have when the lock file was written, so that
// their hashes could not be known. On these systems npm installs them unchecked, or leaves them out.
const NO_HASH = [
  'linux-riscv64',
  'mac-arm64-metal',
  'mac-x64',
  'win-arm64',
  'win-x64',
  'win-x64-cuda',
  'win-x64-cuda-ext',
  'win-x64-vulkan',
].map((system) => `node_modules/@node-llama-cpp/${system}`)

describe('the lock file', () => {
  it('holds a SHA-512 of every package', () => {
    const without = installed
      .filter(([, { integrity }]) => !/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity ?? ''))
      .map(([at]) => at)
    expect(without.toSorted()).toEqual(NO_HASH)
    for (const at of without) expect(packages[at]).toMatchObject({ optional: true })
  })

  it('names no registry host', () => {
    expect(installed.filter(([, { resolved }]) => resolved !== undefined)).toEqual([])
  })

  it('has no package with an install script that nobody decided on', () => {
    const nameOf = (at: string) => at.slice(at.lastIndexOf('node_modules/') + 13)
    const scripted = installed.filter(([, { hasInstallScript }]) => hasInstallScript)
    expect(scripted.length).toBeGreaterThan(3)
    const undecided = scripted
      .map(([at, { name }]) => name ?? nameOf(at))
      .filter((name) => allowScripts[name] === undefined)
    expect(undecided).toEqual([])
  })

  it('is installed without running any script', () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'evolens-npm-'))
    // An npm that runs this test hands its own settings on.
    const env = Object.fromEntries(
      Object.entries(process.env).filter(([name]) => !/^npm_config_/i.test(name)),
    )
    const npm = (at: string, ...args: string[]) =>
      execFileSync('npm', args, {
        cwd: path.join(folder, at),
        stdio: 'pipe',
        env: env as NodeJS.ProcessEnv,
      })
    const write = (file: string, value: unknown) =>
      fs.writeFileSync(path.join(folder, file), JSON.stringify(value))
    try {
      for (const at of ['part', 'app']) fs.mkdirSync(path.join(folder, at))
      const script = "node -e \"fs.writeFileSync('ran', '')\""
      write('part/package.json', { name: 'part', version: '1.0.0', scripts: { install: script } })
      npm('part', 'pack', '--silent')
      const dependencies = { part: 'file:../part/part-1.0.0.tgz' }
      write('app/package.json', { name: 'app', version: '1.0.0', dependencies })
      npm('app', 'install', '--package-lock-only', '--offline')
      const install = () => {
        npm('app', 'ci', '--offline')
        return fs.readdirSync(path.join(folder, 'app/node_modules/part')).includes('ran')
      }
      // The control: without our settings npm runs it.
      expect(install()).toBe(true)
      fs.copyFileSync(path.join(ROOT, '.npmrc'), path.join(folder, 'app/.npmrc'))
      expect(install()).toBe(false)
    } finally {
      fs.rmSync(folder, { recursive: true, force: true })
    }
  }, 120_000)
})
