import { spawn } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { healthEndpoint } from '@/lib/api/system'
import { readConfig } from '@/lib/config'
import { setContext } from '@/lib/http/context'
import { testDatabase } from '@/lib/testing/database'
import { routeServer } from '@/lib/testing/route-server'
import manifest from '@/package.json'
import { settings } from './settings.mjs'

const TOKEN = 'token-of-this-test-only'

/** The instructions of a Dockerfile, continued lines joined. */
const instructions = fs
  .readFileSync('Dockerfile', 'utf8')
  .replaceAll(/\\\n\s*/g, ' ')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => {
    const [, name = '', rest = ''] = /^([A-Z]+) (.*)$/.exec(line) ?? []
    return { name, rest }
  })
const all = (wanted: string) =>
  instructions.flatMap(({ name, rest }) => (name === wanted ? [rest] : []))
const one = (wanted: string) => {
  const [only = '', ...others] = all(wanted)
  expect(others).toEqual([])
  return only
}
const environment = Object.fromEntries(
  one('ENV')
    .split(/\s+/)
    .map((pair) => pair.split('=') as [string, string]),
)

interface Service {
  image?: string
  ports?: string[]
  environment: Record<string, string>
  volumes: string[]
  command?: string[]
  expose?: string[]
  profiles?: string[]
}
const compose = parse(fs.readFileSync('compose.yaml', 'utf8')) as {
  services: { evolens: Service; vllm: Service }
  volumes: Record<string, unknown>
}
const { evolens, vllm } = compose.services
const readme = fs.readFileSync('README.md', 'utf8')

describe('the Dockerfile', () => {
  it('takes a Node that package.json allows, the same in each stage', () => {
    const [version = ''] = all('ARG').flatMap((text) => /^NODE=(\S+)$/.exec(text)?.[1] ?? [])
    const number = (text: string) => {
      const [major = 0, minor = 0] = text.replace(/^\D+/, '').split('.').map(Number)
      return major * 1000 + minor
    }
    expect(number(version)).toBeGreaterThanOrEqual(number(manifest.engines.node))
    const stages = all('FROM')
    expect(stages).toHaveLength(2)
    expect(stages.every((stage) => stage.startsWith('node:${NODE}-bookworm'))).toBe(true)
  })

  it('copies, builds and starts files that there are and that are not left out', () => {
    const left = fs.readFileSync('.dockerignore', 'utf8').split('\n')
    const copied = all('COPY').filter((text) => !text.startsWith('--from'))
    const sources = copied.flatMap((text) => text.split(' ').slice(0, -1))
    expect(sources).toContain('package-lock.json')
    const prepare = fs.readFileSync('lib/cli/start/prepare.mjs', 'utf8')
    const hashed = /const SOURCES = \[([^\]]*)\]/.exec(prepare)?.[1]?.match(/[\w./-]+/g) ?? []
    expect(hashed.length).toBeGreaterThan(5)
    for (const file of [...sources, ...hashed]) {
      expect([file, fs.existsSync(file), left.includes(file)]).toEqual([file, true, false])
    }
    const called = all('RUN').flatMap((text) => /m\.(\w+)\(/.exec(text)?.[1] ?? [])
    expect(called).toEqual(['installPackages', 'buildApp'])
    expect(called.every((name) => prepare.includes(`export async function ${name}(options)`))).toBe(
      true,
    )
    const health = /CMD (\[.*\])$/.exec(one('HEALTHCHECK'))?.[1] ?? '[]'
    for (const command of [one('CMD'), health]) {
      const [program, file = ''] = JSON.parse(command) as string[]
      expect([program, fs.existsSync(file)]).toEqual(['node', true])
    }
  })

  it('keeps data and cache on volumes, runs as another user than root, and listens where it says', () => {
    const folders = [environment['EVOLENS_DATA_DIR'], environment['EVOLENS_CACHE_DIR']]
    expect(JSON.parse(one('VOLUME'))).toEqual(folders)
    expect(all('RUN').join(' ')).toContain(`install -d -o node -g node /app ${folders.join(' ')}`)
    const order = instructions.map(({ name }) => name)
    expect(one('USER')).toBe('node')
    expect(order.indexOf('USER')).toBeGreaterThan(order.lastIndexOf('RUN'))
    expect(one('EXPOSE')).toBe(environment['PORT'])
  })

  it('does not start without an access token, and reads every variable that it sets', () => {
    expect(() => settings([], environment)).toThrow(/access token/)
    const given = settings([], { ...environment, EVOLENS_ACCESS_TOKEN: TOKEN })
    expect(given).toMatchObject({
      host: '0.0.0.0',
      port: 3000,
      dataDir: '/data',
      cacheDir: '/cache',
      token: TOKEN,
    })
    const names = Object.keys(environment).filter((name) => name !== 'NODE_ENV')
    expect(names.filter((name) => !readme.includes(`\`${name}\``))).toEqual([])
  })
})

describe('compose.yaml', () => {
  it('opens the port of the image to this machine only, demands a token, and names variables and volumes that there are', () => {
    expect(evolens.ports).toEqual([`127.0.0.1:3000:${environment['PORT']}`])
    expect(evolens.environment['EVOLENS_ACCESS_TOKEN']).toMatch(/^\$\{EVOLENS_ACCESS_TOKEN:\?/)
    const names = Object.keys(evolens.environment)
    expect(names.filter((name) => !readme.includes(`\`${name}\``))).toEqual([])
    const mounted = [...evolens.volumes, ...vllm.volumes].map((text) => text.split(':'))
    expect(mounted.map(([name]) => name)).toEqual(Object.keys(compose.volumes))
    expect(evolens.volumes.map((text) => text.split(':')[1])).toEqual(JSON.parse(one('VOLUME')))
  })

  it('runs vLLM as the README says, reached by its name and by nobody outside', () => {
    const section = /\*\*vLLM\*\* \(recorded with ([\d.]+)\)[\s\S]*?\*\*SGLang/.exec(readme)
    expect(vllm.image).toBe(`vllm/vllm-openai:v${section?.[1]}`)
    const flags = (vllm.command ?? []).filter((flag) => !/^--(model|host)=/.test(flag))
    const written = section?.[0].replaceAll(/\\\n\s*/g, '') ?? ''
    expect(flags.filter((flag) => !written.includes(flag.replace('=', ' ')))).toEqual([])
    expect(vllm.ports).toBeUndefined()
    expect(vllm.expose).toEqual(['8000'])
    const { allowedBackendHosts } = readConfig({
      ...evolens.environment,
      EVOLENS_ACCESS_TOKEN: TOKEN,
      EVOLENS_MASTER_KEY: '',
      HF_TOKEN: '',
    })
    expect(allowedBackendHosts).toEqual(['vllm'])
  })
})

describe('the health check', () => {
  let server: Awaited<ReturnType<typeof routeServer>>
  beforeAll(async () => {
    const config = readConfig({ HOST: '0.0.0.0', EVOLENS_ACCESS_TOKEN: TOKEN, LOG_LEVEL: 'silent' })
    setContext({ db: testDatabase(), config })
    server = await routeServer()
  })
  afterAll(() => {
    server.close()
    setContext(null)
  })

  const check = (more: Record<string, string>) =>
    new Promise((resolve) => {
      const env = {
        ...process.env,
        HOST: '0.0.0.0',
        EVOLENS_ACCESS_TOKEN: TOKEN,
        ...more,
      }
      const file = path.join('lib', 'cli', 'start', 'health.mjs')
      spawn(process.execPath, [file], { env }).on('close', resolve)
    })

  it('asks the health route with the token, and fails where nothing of ours answers', async () => {
    const health = fs.readFileSync('lib/cli/start/health.mjs', 'utf8')
    expect(health).toContain(`/api${healthEndpoint.path}\``)
    expect(await check({ PORT: String(server.port) })).toBe(0)
    expect(
      await check({ PORT: String(server.port), EVOLENS_ACCESS_TOKEN: 'another-token-than-that' }),
    ).toBe(1)
    expect(await check({ PORT: '9' })).toBe(1)
  })
})
