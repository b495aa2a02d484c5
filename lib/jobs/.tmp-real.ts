import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { computeRequestSchema } from '@/lib/contracts/compute'
import { listMeasured } from '@/lib/metrics'
import { startRuns, startDryRun } from '@/lib/services/compute'
import { listRuns } from '@/lib/services/runs'
import { listBackends } from '@/lib/services/backends'
import { spawnWorker, stopWorker } from './chaos-run'
import { testStudy } from './testing'
import { listJobs, listEvents } from './queue'
const study = testStudy(24)
study.config = { ...study.config, cacheDir: path.join(os.homedir(), '.cache/evolens') }
const req = computeRequestSchema.parse({ metrics: listMeasured().map((m) => ({ metric: m.id })) })
const started = startRuns(study, study.studyId, req)
console.log(started.blocked, started.runs.map((r) => [r.metric, r.backendId, r.definition.model]))
startDryRun(study, study.studyId, req)
process.env.LOG_LEVEL = 'info'
const w = spawnWorker(study)
const t = Date.now()
while (listJobs(study.db, { states: ['queued', 'running'] }).length > 0 && Date.now() - t < 200000) await sleep(300)
for (const j of listJobs(study.db)) { console.log(j.kind, j.title, j.state, j.error, JSON.stringify(j.progress)); console.log(listEvents(study.db, j.id).map((e) => e.message).join(' | ').slice(0, 600)); if (j.kind === 'dry-run') console.log(JSON.stringify(j.result)) }
for (const r of listRuns(study.db, study.studyId)) console.log(r.metric, r.done, r.total, r.valued, r.pinned, JSON.stringify(r.record), JSON.stringify(r.definition.model))
const again = startRuns(study, study.studyId, req)
console.log('again', again.jobs.length, again.runs.map((r) => [r.metric, r.id === listRuns(study.db, study.studyId).find((x) => x.metric === r.metric)?.id]))
console.log(listRuns(study.db, study.studyId).length)
console.log(JSON.stringify(listBackends(study.db).map((b) => [b.id, b.probe?.capabilities])))
await stopWorker(w); study.close()
