import { afterEach, describe, expect, it } from 'vitest'
import { fake } from '@/lib/backends/dialects/fake'
import type { BackendSession, GenerateReply } from '@/lib/backends/types'
import { evolveRequestSchema } from '@/lib/contracts/compute'
import { promptDraftSchema } from '@/lib/contracts/prompts'
import { emptyMeter } from '@/lib/contracts/meter'
import { AppError } from '@/lib/errors'
import { currentCells } from '@/lib/services/cells'
import { cleanupStaging } from '@/lib/services/cells/staging'
import { savePrompt } from '@/lib/services/prompts'
import { evolveJob } from '../evolve'
import { testStudy, type TestStudy } from '@/lib/testing/job-study'
import type { WorkerContext, MeteredSession } from '@/lib/worker/types'

const ROWS = 23
const open: TestStudy[] = []
afterEach(() => {
  for (const study of open.splice(0)) study.close()
})

function study(): TestStudy {
  const made = testStudy(ROWS)
  open.push(made)
  return made
}

async function fakeSession(seed = 1): Promise<BackendSession> {
  const env = { cacheDir: '', modelsDir: null, secret: () => undefined, log: () => undefined }
  return fake.open(fake.config.parse({ seed }), env)
}

/** A session that answers `calls` requests and then behaves as if the worker was stopped. */
function metered(session: BackendSession, calls: number, stop: AbortController): MeteredSession {
  const meter = emptyMeter()
  const generate: BackendSession['generate'] = async (request, signal) => {
    meter.requests += 1
    if (meter.requests > calls) stop.abort()
    if (signal?.aborted) throw new AppError('cancelled', 'stopped')
    return (await session.generate?.(request, signal)) as GenerateReply
  }
  return {
    ...session,
    backendId: 'fake',
    label: 'Fake',
    fingerprint: null,
    confirm: async () => undefined,
    meter,
    load: { inFlight: 0, waiting: 0 },
    requestErrors: {},
    generate,
    close: async () => undefined,
  }
}

function request(prompts: Record<string, string> = {}) {
  return evolveRequestSchema.parse({
    prompts,
    backendId: 'fake',
    armKey: 'evolved',
    armLabel: 'Evolved',
    rounds: 2,
    temperature: 0.7,
  })
}

async function run(
  of: TestStudy,
  session: BackendSession,
  calls = Number.POSITIVE_INFINITY,
  prompts: Record<string, string> = {},
  models: Record<string, string> = {},
) {
  const stop = new AbortController()
  const context: WorkerContext = {
    db: of.db,
    config: of.config,
    job: { no: 1, id: 'job', studyId: of.studyId, attempts: 1 },
    signal: stop.signal,
    log: () => undefined,
    progress: () => undefined,
    commit: (work) => of.db.$client.transaction(work).immediate(),
    openBackend: async () => metered(session, calls, stop),
  }
  return evolveJob.run(context, { studyId: of.studyId, request: request(prompts), models })
}

/** Everything that evolving made, without keys and dates. */
function made(of: TestStudy): unknown[] {
  return of.db.$client
    .prepare(
      `select c.round, r.idx, r.slot, r.instruction, l.parent_idx, l.operator, l.operator_source, p.text
       from cells c join arms a on a.id = c.arm_id and a.key = 'evolved'
       join rows r on r.cell_no = c.no
       join alignments n on n.child_cell_no = c.no and n.kind = 'birth' and n.version > 0
       join links l on l.alignment_no = n.no and l.child_idx = r.idx
       left join response_sets s on s.cell_no = c.no
       left join responses p on p.set_no = s.no and p.idx = r.idx
       where c.published_at is not null order by c.round, r.idx`,
    )
    .all()
}

describe('evolving', () => {
  it('makes each round from the one before, with recorded operators and responses', async () => {
    const of = study()
    await run(of, await fakeSession())
    const rows = made(of) as {
      round: number
      idx: number
      slot: number
      operator: string
      text: string
    }[]
    expect(rows).toHaveLength(2 * ROWS)
    expect(rows.slice(0, 5).map((row) => row.operator)).toEqual([
      'constraints',
      'deepen',
      'concretizing',
      'reasoning',
      'constraints',
    ])
    expect(rows[ROWS]).toMatchObject({ round: 2, idx: 0, slot: 0, operator: 'deepen' })
    expect(rows.every((row) => row.text.length > 0)).toBe(true)
    const cells = currentCells(of.db, of.studyId).filter((cell) => cell.armKey === 'evolved')
    expect(cells.map((cell) => [cell.round, cell.revision])).toEqual([
      [1, 1],
      [2, 1],
    ])
  })

  it('ends the same when it was stopped at any point', async () => {
    const session = await fakeSession()
    const calm = study()
    await run(calm, session)
    for (const calls of [3, ROWS - 1, ROWS + 5, 2 * ROWS + 7, 3 * ROWS + 2]) {
      const of = study()
      await expect(run(of, session, calls)).rejects.toMatchObject({ code: 'cancelled' })
      // What the next worker does before any job runs.
      cleanupStaging(of.db)
      await run(of, session)
      expect(made(of)).toEqual(made(calm))
    }
  })

  it('does not go on with another model than it began with', async () => {
    const of = study()
    const models = {}
    const first = await fakeSession()
    await expect(run(of, first, ROWS + 5, {}, models)).rejects.toMatchObject({ code: 'cancelled' })
    const other = await fakeSession(2)
    await expect(run(of, other, undefined, {}, models)).rejects.toMatchObject({
      details: { pause: 'model_changed' },
    })
    await run(of, first, undefined, {}, models)
    const calm = study()
    await run(calm, first)
    expect(made(of)).toEqual(made(calm))
  })

  it('sends the stored versions of prompts that it was told to, and names their hashes', async () => {
    const of = study()
    const session = await fakeSession()
    const sent: string[] = []
    const listening: BackendSession = {
      ...session,
      generate: (asked, signal) => {
        sent.push(asked.messages[0]?.content ?? '')
        return (session.generate as NonNullable<BackendSession['generate']>)(asked, signal)
      },
    }
    const own = (promptId: string, template: string) =>
      savePrompt(of.db, promptDraftSchema.parse({ promptId, template })).versions[0]?.hash ?? ''
    const prompts = {
      'evolve-deepen': own('evolve-deepen', 'MINE: next task after "{instruction}".'),
      respond: own('respond', 'OURS: {instruction}'),
    }
    await run(of, listening, undefined, prompts)
    // The seeds came with responses. Operators rotate, so a quarter of the rows of each of two rounds is deepened.
    expect(sent.filter((text) => text.startsWith('MINE: '))).toHaveLength(12)
    expect(sent.filter((text) => text.startsWith('OURS: '))).toHaveLength(2 * ROWS)
    const definition = of.db.$client
      .prepare(
        "select json_extract(source, '$.definition') from cells where round = 1 and id <> 'child'",
      )
      .pluck()
      .get() as string
    expect(definition).toContain(prompts['evolve-deepen'])
    await expect(run(study(), session, undefined, prompts)).rejects.toMatchObject({
      code: 'not_found',
    })
  })
})
