import fs from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import type { Endpoint } from '@/lib/api/endpoint'

const ROUTES = path.join(process.cwd(), 'app/api')
const DESCRIPTIONS = path.join(process.cwd(), 'lib/api')

/** Every method that a route file exports, with the function that makes it and the name of its first argument. */
const served = fs
  .readdirSync(ROUTES, { recursive: true, encoding: 'utf8' })
  .filter((file) => path.basename(file) === 'route.ts')
  .flatMap((file) => {
    const text = fs.readFileSync(path.join(ROUTES, file), 'utf8')
    const route = `/${path.dirname(file)}`
    return [...text.matchAll(/^export const ([A-Z]+) = (\w+)\(\s*(\w*)/gm)].map(
      ([, method, by, name]) => ({ id: `${method} ${route}`, by, name }),
    )
  })

async function described(): Promise<Map<string, Endpoint>> {
  const found = new Map<string, Endpoint>()
  const files = fs.readdirSync(DESCRIPTIONS).filter((file) => !file.includes('.test.'))
  for (const file of files) {
    const all = (await import(path.join(DESCRIPTIONS, file))) as Record<string, unknown>
    for (const [name, value] of Object.entries(all)) {
      if (name.endsWith('Endpoint')) found.set(name, value as Endpoint)
    }
  }
  return found
}

const idOf = ({ method, path: address }: Endpoint) => `${method} ${address}`

it('serves every route from the description of its own path and method', async () => {
  const endpoints = await described()
  expect(served.length).toBeGreaterThan(60)
  const wrong = served.filter(({ id, by, name }) => {
    const endpoint = by === 'serve' ? endpoints.get(name ?? '') : undefined
    return !endpoint || idOf(endpoint) !== id
  })
  expect(wrong).toEqual([])
})

it('has one description a call, and a route for each', async () => {
  const ids = [...(await described()).values()].map(idOf)
  expect(ids.toSorted()).toEqual([...new Set(ids)].toSorted())
  const routes = new Set(served.map(({ id }) => id))
  expect(ids.filter((id) => !routes.has(id))).toEqual([])
})

it('says of every call what it does and what comes back', async () => {
  for (const [name, endpoint] of await described()) {
    expect([name, endpoint.summary]).toEqual([name, expect.stringMatching(/^[A-Z].{15,}\.$/s)])
    expect([name, endpoint.reply && endpoint.streams]).toEqual([name, undefined])
  }
})
