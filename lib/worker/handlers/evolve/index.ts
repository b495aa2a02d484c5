import { eq } from 'drizzle-orm'
import { cells } from '@/db/schema'
import { modelChanged } from '@/lib/backends/session/endpoint-pool'
import type { EvolveRequest } from '@/lib/contracts/compute'
import { AppError } from '@/lib/errors'
import { JOBS, type JobPayload } from '@/lib/queue/kinds'
import { replacePayload } from '@/lib/queue/lookups'
import { getPrompt } from '@/lib/prompts'
import { BREADTH_ORDER, DEPTH_ORDER } from '@/lib/prompts/operators'
import { currentCells, currentResponseSet, type CellRef } from '@/lib/services/cells'
import { definitionHash } from '@/lib/services/runs/definition'
import { promptByHash } from '@/lib/services/prompts'
import { ensureArm } from '@/lib/services/studies'
import type { PromptChoice } from './generate'
import { evolveRound } from './round'
import { respondToCell } from './respond'
import { pauseError } from '@/lib/worker/pause'
import { defineJob, type WorkerContext, type MeteredSession } from '@/lib/worker/types'

/** Keeps the job's progress: texts done and failures with an example. */
function counter(context: WorkerContext, total: number) {
  const startedAt = Date.now()
  let done = 0
  let failed = 0
  let example = ''
  return (rows: number, phase: string, errors: readonly string[] = []) => {
    done += rows
    failed += errors.length
    example = errors[0] ?? example
    const seconds = (Date.now() - startedAt) / 1000
    const ratePerSecond = seconds > 1 ? done / seconds : null
    context.progress({
      done,
      total,
      unit: 'texts',
      phase,
      failed,
      ratePerSecond,
      etaMs: ratePerSecond ? ((total - done) / ratePerSecond) * 1000 : null,
      reasons: failed > 0 ? { error: { count: failed, example } } : {},
    })
  }
}

function seedCells(context: WorkerContext, studyId: string, request: EvolveRequest): CellRef[] {
  const wanted = new Set(request.seedSets)
  const cells = currentCells(context.db, studyId).filter(
    (cell) => cell.armId === null && (wanted.size === 0 || wanted.has(cell.seedSetKey)),
  )
  if (cells.length === 0) {
    throw new AppError(
      'invalid_input',
      'There are no seed texts to evolve. Import a seed file first.',
    )
  }
  return cells
}

/** The cell of an earlier attempt of this job, so that a resumed job does not make it twice. */
function madeBefore(context: WorkerContext, cell: CellRef): boolean {
  const row = context.db
    .select({ source: cells.source })
    .from(cells)
    .where(eq(cells.no, cell.no))
    .get()
  return row?.source.definition?.['jobId'] === context.job.id
}

/** The prompts that the request names by hash, and those of the program for the rest; each is looked up once. */
function promptChoice({ db }: WorkerContext, { prompts }: EvolveRequest): PromptChoice {
  const chosen = new Map(
    Object.entries(prompts).map(([id, hash]) => [id, promptByHash(db, id, hash)]),
  )
  return (id) => chosen.get(id) ?? getPrompt(id)
}

/** Returns an open backend that serves the model with which this job began; pauses the job when it is another one. */
async function openSame(
  context: WorkerContext,
  payload: JobPayload<'evolve'>,
  backendId: string,
): Promise<MeteredSession> {
  const session = await context.openBackend(backendId)
  // The stated identity counts as well: two servers may state two number formats of one model.
  const model = definitionHash({ model: session.identity, fingerprint: session.fingerprint })
  const models = (payload.models ??= {})
  const before = models[backendId]
  if (before === undefined) {
    models[backendId] = model
    context.commit(() => replacePayload(context.db, context.job.no, 'evolve', payload))
  } else if (before !== model) {
    const why = `${session.label} states it otherwise, or answers otherwise.`
    throw pauseError('model_changed', modelChanged(session.identity.model, why))
  }
  return session
}

async function run(context: WorkerContext, payload: JobPayload<'evolve'>) {
  const { studyId, request } = payload
  const promptOf = promptChoice(context, request)
  const evolver = await openSame(context, payload, request.backendId)
  const writer = request.responseBackendId
    ? await openSame(context, payload, request.responseBackendId)
    : evolver
  const armId = ensureArm(context.db, studyId, {
    key: request.armKey,
    label: request.armLabel,
    armClass: request.armClass,
    scenario: 'evol-instruct',
    model: evolver.identity.model,
    decoding: {
      temperature: request.temperature,
      topP: request.topP,
      seed: request.seed,
      maxTokens: request.maxTokens,
    },
  })
  const seeds = seedCells(context, studyId, request)
  const texts = seeds.reduce((sum, cell) => sum + cell.rowCount, 0)
  const total = texts * request.rounds * (request.respond ? 2 : 1) + (request.respond ? texts : 0)
  const count = counter(context, total)
  const made: string[] = []
  for (const seed of seeds) {
    if (request.respond) {
      const phase = `Responses to ${seed.seedSetKey}, seeds`
      if (currentResponseSet(context.db, seed.no)?.kind === 'imported') count(seed.rowCount, phase)
      else
        await respondToCell(
          context,
          writer,
          seed.no,
          promptOf,
          request.responseMaxTokens,
          (n, bad) => count(n, phase, bad),
        )
    }
    let parent = seed
    for (let round = 1; round <= request.rounds; round += 1) {
      const place = `${seed.seedSetKey}, round ${round}`
      const find = () =>
        currentCells(context.db, studyId).find(
          (cell) =>
            cell.armId === armId && cell.round === round && cell.seedSetId === seed.seedSetId,
        )
      const before = find()
      if (before && madeBefore(context, before)) count(before.rowCount, `Evolving ${place}`)
      else {
        await evolveRound(
          context,
          evolver,
          {
            studyId,
            seedSetId: seed.seedSetId,
            seedSetKey: seed.seedSetKey,
            armId,
            armKey: request.armKey,
            round,
            order: request.breadth ? BREADTH_ORDER : DEPTH_ORDER,
            decoding: {
              temperature: request.temperature,
              topP: request.topP,
              seed: request.seed,
              maxTokens: request.maxTokens,
            },
            promptOf,
            parent,
          },
          (failure) => count(1, `Evolving ${place}`, failure ? [failure] : []),
        )
        context.log('info', `Published ${place}.`)
      }
      const cell = find()
      if (!cell)
        throw new AppError('conflict', `The rows of ${place} were deleted while the job ran.`)
      if (request.respond) {
        await respondToCell(
          context,
          writer,
          cell.no,
          promptOf,
          request.responseMaxTokens,
          (n, bad) => count(n, `Responses to ${place}`, bad),
        )
      }
      made.push(cell.id)
      parent = cell
    }
  }
  return { cellIds: made, armKey: request.armKey }
}

/** Evol-Instruct rounds with our own prompts through any chat backend; operator and parent are recorded at birth. */
export const evolveJob = defineJob(JOBS.evolve, {
  backends: (_around, { request: { backendId, responseBackendId } }) =>
    [backendId, responseBackendId].filter((id) => id !== null),
  run,
})
