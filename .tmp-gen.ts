import os from 'node:os'
import fs from 'node:fs'
import { migrateDatabase, openDatabase } from '@/db/client'
import { readConfig } from '@/lib/config'
import * as mod from '@/lib/backends/embedded'
import { evolveJob } from '@/lib/jobs/evolve'
import { GREEDY } from '@/lib/backends/types'
import { createSeedStudy, SAMPLE_RECIPE } from '@/lib/services/sample/seeds'
import { dumpSample } from '@/lib/services/sample/dump'
import { findStudyByOrigin } from '@/lib/services/studies'

const config = readConfig()
const kind: any = Object.values(mod).find((v: any) => v && typeof v === 'object' && 'open' in v)
const env = { cacheDir: config.cacheDir, modelsDir: null, secret: () => undefined, log: (m: string, f?: unknown) => console.error('log', m, JSON.stringify(f ?? {})) }
const session = await kind.open(kind.config.parse({}), env)
console.error(JSON.stringify(session.identity), JSON.stringify(session.limits))
if (process.argv[2] === 'try') {
  const t = Date.now()
  const reqs = ['Write a haiku about rain.', 'What is 12*7?', 'List three colours.', 'Explain recursion.'].map((c) => ({ messages: [{ role: 'user', content: c }], params: { ...GREEDY, maxTokens: 100 } }))
  const out = await Promise.all(reqs.map((r) => session.generate(r)))
  const dt = (Date.now() - t) / 1000
  console.error(out.map((o: any) => o.text + '|' + o.finishReason), out.reduce((s: number, o: any) => s + o.usage.completionTokens, 0) / dt, 'tok/s')
  await session.close()
  process.exit(0)
}
const path = '/tmp/sample-gen.sqlite'
const db = openDatabase(path)
migrateDatabase(db)
let study = findStudyByOrigin(db, 'user')
const studyId = study?.id ?? createSeedStudy(db)
const meter = { requests: 0, cachedRequests: 0, promptTokens: 0, completionTokens: 0, scoredTokens: 0 }
const gen = session.generate.bind(session)
const t0 = Date.now()
session.generate = async (r: any, s: any) => { const o = await gen(r, s); meter.completionTokens += o.usage.completionTokens; return o }
const metered: any = Object.assign(Object.create(session), { backendId: 'embedded', label: 'Embedded SmolLM2 135M', meter, identity: session.identity, limits: session.limits })
for (const arm of SAMPLE_RECIPE.arms) {
  let last = 0
  const ctx: any = {
    db, config, job: { no: 1, id: 'gen-' + arm.key, studyId, attempts: 1 }, signal: new AbortController().signal,
    log: (l: string, m: string) => console.error(l, m),
    progress: (p: any) => { if (Date.now() - last > 5000) { last = Date.now(); console.error(p.phase, p.done, '/', p.total, 'tok/s', (meter.completionTokens / ((Date.now() - t0) / 1000)).toFixed(1)) } },
    openBackend: async () => metered,
  }
  const d: any = arm.decoding
  await evolveJob.run(ctx, { studyId, request: { backendId: 'embedded', seedSets: [], armKey: arm.key, armLabel: arm.label, armClass: arm.armClass, rounds: 3, breadth: false, temperature: d.temperature, topP: d.topP ?? 1, seed: d.seed ?? 1, maxTokens: 256, responseMaxTokens: 256, responseBackendId: null, respond: true } })
}
dumpSample(db, studyId, SAMPLE_RECIPE)
await session.close()
console.error('done', (Date.now() - t0) / 1000)
process.exit(0)
