import { setTimeout as sleep } from 'node:timers/promises'
import { backends } from '@/db/schema'
import { planSchema, type StageState } from '@/lib/contracts/experiment'
import { getExperiment, startExperiment } from '@/lib/services/experiments'
import { setSandbox } from '@/lib/services/sandbox'
import { FaultyServer } from '../faults/kit'
import { testStudy, type TestStudy } from '../job-study'
import { openJobs } from './run'
import type { Scene, Stage } from './scene'
import { lines, stageOf } from './scenes'

const SEEDS = 24
// Slow enough for kills to fall into each stage.
const LATENCY_MS = 80

/** Returns everything that an experiment leaves behind, without ids and times. */
function facts(stage: Stage): string[] {
  return [
    `select a.key || ' ' || c.round || ' ' || r.idx || ' ' || coalesce(l.operator, '-') || ' ' || r.instruction || ' ' || coalesce(r.extra, '-')
     from rows r join cells c on c.no = r.cell_no join arms a on a.id = c.arm_id
     left join alignments al on al.child_cell_no = c.no left join links l on l.alignment_no = al.no and l.child_idx = r.idx
     where c.published_at is not null and c.superseded_at is null order by 1`,
    `select c.round || ' ' || s.kind || ' ' || p.idx || ' ' || p.status || ' ' || coalesce(p.text, '-')
     from responses p join response_sets s on s.no = p.set_no join cells c on c.no = s.cell_no order by 1`,
    'select count(*) from cells where published_at is null',
    'select count(*) from cells',
    'select total || valued from run_cells order by 1',
    `select s.arm || ' ' || s.stage || ' ' || i.key || ' ' || i.position || ' ' || i.status || ' ' || i.attempt || ' ' || coalesce(i.raw, '-') || ' ' || i.value
     from stage_items i join stages s on s.no = i.stage_no order by 1`,
  ].flatMap((sql) => lines(stage, sql))
}

interface Trial {
  plan: Record<string, unknown>
  /** Backend of the fake model, or another one that `open` adds. */
  backend?: string
  open?(study: TestStudy, isCalm: boolean): Promise<{ close(): void }>
}

const OPEN: readonly StageState[] = ['waiting', 'ready', 'running', 'paused']

function experiment(name: string, { plan, backend = 'fake', open }: Trial): Scene {
  return {
    name,
    spreadMs: 1_500,
    async prepare(isCalm) {
      const study = testStudy(SEEDS, { latencyMs: LATENCY_MS })
      setSandbox(study.db, { isOn: true })
      const server = await open?.(study, isCalm)
      const parsed = planSchema.parse({
        name,
        arms: [
          { key: 'one', label: 'One', backend },
          { key: 'two', label: 'Two', backend, decoding: { seed: 7 } },
        ],
        judge: { backend },
        responses: { backend, maxTokens: 64 },
        ...plan,
      })
      const { id, stages } = startExperiment(study, study.studyId, parsed)
      const found = () => getExperiment(study.db, study.studyId, id).stages
      const isOpen = () => {
        // What was given up because of the kills goes on.
        openJobs(
          study,
          found().flatMap(({ jobId }) => jobId ?? []),
        )
        const states = found().map(({ state }) => state)
        // What waits for a stage that failed would wait for ever.
        return !states.includes('failed') && states.some((state) => OPEN.includes(state))
      }
      return { ...stageOf(study, stages[0]?.jobId ?? '', server), isOpen }
    },
    snapshot: facts,
  }
}

// Jobs pause meanwhile, and go on by themselves when it is back.
const AWAY_MS = 4_000
const POLL_MS = 20
// In the middle of a stage, and about at the end of one.
const LIVES = [SEEDS, 2 * SEEDS + 7]

/** A server of the study's backend "mortal", which dies and comes back unless nothing is to go wrong. */
async function mortalServer({ db }: TestStudy, isCalm: boolean): Promise<{ close(): void }> {
  const server = new FaultyServer()
  server.latencyMs = LATENCY_MS
  await server.start()
  const config = { baseUrl: server.url, model: 'NAME', concurrency: 4 }
  db.insert(backends)
    .values({ id: 'mortal', kind: 'vllm', label: 'Mortal', config, createdAt: 1 })
    .run()
  let isClosed = false
  const live = async () => {
    for (const most of isCalm ? [] : LIVES) {
      while (server.asked < most && !isClosed) await sleep(POLL_MS)
      await server.stop()
      await sleep(AWAY_MS)
      if (!isClosed) await server.start()
    }
  }
  void live()
  return {
    close() {
      isClosed = true
      void server.stop()
    },
  }
}

/** Experiments of every scenario, and one whose server dies between its stages. */
export const EXPERIMENTS: readonly Scene[] = [
  experiment('experiment', { plan: { scenario: { kind: 'evol-instruct', rounds: 2 } } }),
  experiment('autoif', {
    plan: {
      scenario: {
        kind: 'autoif',
        constraints: 'Use no commas.\nWrite two sentences.',
        requests: 3,
        perRequest: 4,
        samples: 4,
        queries: 6,
        backTranslation: true,
        queryScore: 2,
      },
    },
  }),
  experiment('auto-evol', {
    plan: {
      scenario: { kind: 'auto-evol', optimiseSteps: 1, candidates: 2, batch: 4, development: 6 },
    },
  }),
  experiment('dying server', {
    plan: { scenario: { kind: 'evol-instruct', rounds: 2 } },
    backend: 'mortal',
    open: mortalServer,
  }),
]
