import { NO_CACHE } from '@/lib/backends/session/cache-port'
import type { StageItem, TrialStage } from '@/lib/contracts/experiment'
import { costOf, tokensOf, type Meter } from '@/lib/contracts/meter'
import type { AskStage, RespondStage, SeedRow, StageData, WorkStage } from '@/lib/evolution'
import { getBackendRow } from '@/lib/services/backends'
import { seedsToAnswer } from '@/lib/services/experiments/answers'
import { stageData } from '@/lib/services/experiments/data'
import type { ExperimentRow, PlacedStage } from '@/lib/services/experiments/records'
import { promptChoice } from '@/lib/services/prompts'
import { pricesOf } from '@/lib/services/runs/prices'
import type { MeteredSession, WorkerContext } from '@/lib/worker/types'
import { timeInterval } from '../dry-run/interval'
import type { Timed } from '../dry-run/measure'
import { respondOne } from '../respond/respond-one'
import { askOne } from '../stage/ask-one'
import { openCheckTools } from '../stage/check-tools'
import { backendOf, modelsOf } from '../stage/models'

// The page shows beginnings; the job's row in the database stays small.
const SHOWN_CHARACTERS = 2_000

/** What is known of a trial while it goes through its stages. */
interface TrialState {
  all: readonly PlacedStage[]
  /** Items by number of the stage. */
  made: Map<number, StageItem[]>
  seeds: readonly SeedRow[]
  allSeeds: readonly SeedRow[]
}

/** What a stage showed of itself. */
type Tried = Partial<TrialStage> & { backendId?: string }

const clip = (text: string | null) => text && text.slice(0, SHOWN_CHARACTERS)

/** Adds what a request took to the list: tokens by the session's own count. */
async function timed<T>(
  session: MeteredSession,
  batches: Timed[],
  work: () => Promise<T>,
): Promise<T> {
  const tokens = tokensOf(session.meter)
  const started = performance.now()
  const result = await work()
  const seconds = (performance.now() - started) / 1000
  batches.push({ rows: 1, seconds, tokens: tokensOf(session.meter) - tokens })
  return result
}

/** Goes through the stages of a plan with a few seeds, in memory. */
export class TrialRun {
  /** How many times more items the whole plan has than the trial, by number of the stage. */
  private readonly factors = new Map<number, number>()

  constructor(
    private readonly context: WorkerContext,
    private readonly experiment: ExperimentRow,
    private readonly state: TrialState,
  ) {}

  private data(placed: PlacedStage, seeds: readonly SeedRow[]): StageData {
    const { all, made } = this.state
    return stageData(this.context.db, this.experiment, placed, {
      all,
      seeds: () => [...seeds],
      items: ({ row }) => made.get(row.no) ?? [],
    })
  }

  /** The factor of the stages that this one reads. */
  private inherited({ stage, arm }: PlacedStage): number {
    const read = this.state.all.filter(
      (other) =>
        stage.after.includes(other.stage.id) &&
        (stage.isShared || other.arm === '' || other.arm === arm),
    )
    return Math.max(1, ...read.map(({ row }) => this.factors.get(row.no) ?? 1))
  }

  /** Returns what a stage showed; throws what keeps it from being tried. */
  stage(placed: PlacedStage): Promise<Tried> {
    const { stage } = placed
    if (stage.kind === 'ask') return this.ask(placed, stage)
    if (stage.kind === 'work') return this.work(placed, stage)
    if (stage.kind === 'respond') return this.respond(placed, stage)
    throw new TypeError(`stages of kind "${stage.kind}" cannot be tried`)
  }

  private async open(backendId: string): Promise<MeteredSession> {
    return this.context.openBackend(backendId, { cache: NO_CACHE })
  }

  /** Tokens, time and cost of `total` requests, from those that were made. */
  private scaled(
    { session, backendId }: { session: MeteredSession; backendId: string },
    batches: readonly Timed[],
    total: number,
  ): Tried {
    const asked = batches.length
    const factor = asked === 0 ? 0 : total / asked
    const meter = Object.fromEntries(
      Object.entries(session.meter).map(([key, value]) => [key, Math.round(value * factor)]),
    ) as Meter
    const headroom = session.limits.chatConcurrency
    const work = { rows: total, tokens: tokensOf(meter), reads: [], headroom }
    return {
      backendId,
      asked,
      total,
      meter,
      ...timeInterval(batches, work),
      cost: costOf(meter, pricesOf(getBackendRow(this.context.db, backendId))),
    }
  }

  private async ask(placed: PlacedStage, stage: AskStage): Promise<Tried> {
    const { seeds, allSeeds, made } = this.state
    const data = this.data(placed, seeds)
    const { decoding, ...models } = modelsOf(this.experiment.plan, stage, placed.arm)
    const backendId = backendOf(models, stage)
    const session = await this.open(backendId)
    const judge = models.judge === null ? null : await this.open(models.judge)
    const askings = stage.askings(data)
    const ofAll = stage.askings(this.data(placed, allSeeds)).length
    const own = ofAll > askings.length ? ofAll : Math.round(askings.length * this.inherited(placed))
    // A stage that does not go by seeds may ask for much more than the trial has seeds.
    const tried = askings.slice(0, Math.max(1, seeds.length))
    this.factors.set(placed.row.no, tried.length === 0 ? 1 : own / tried.length)
    const batches: Timed[] = []
    const items: StageItem[] = []
    const shown: TrialStage['items'] = []
    for (const [position, asking] of tried.entries()) {
      const content = asking.content()
      const pending = { asking, position, content, inputHash: '', attempt: 1 }
      const ask = () => askOne(this.context, { session, judge }, { stage, data }, decoding, pending)
      const {
        key,
        status,
        reason = null,
        raw = null,
        message = null,
        finishReason = null,
        value,
      } = await (content === null ? ask() : timed(session, batches, ask))
      items.push({ key, position, status, reason, raw, message, finishReason, attempt: 1, value })
      shown.push({ key, status, reason, prompt: clip(content), raw: clip(message ?? raw) })
    }
    made.set(placed.row.no, items)
    return { ...this.scaled({ session, backendId }, batches, own), items: shown }
  }

  private async work(placed: PlacedStage, stage: WorkStage): Promise<Tried> {
    const { signal } = this.context
    const items: StageItem[] = []
    const more = { raw: null, message: null, finishReason: null, attempt: 1 }
    const data = this.data(placed, this.state.seeds)
    const checks = openCheckTools(this.context)
    const tools = { signal, checks, progress: () => undefined, kept: () => null }
    for await (const { input: _made, ...reading } of stage.work(data, tools)) {
      items.push({ ...reading, ...more, position: items.length })
    }
    this.state.made.set(placed.row.no, items)
    const factor = this.inherited(placed)
    this.factors.set(placed.row.no, factor)
    return {
      total: Math.round(items.length * factor),
      items: items
        .slice(0, this.state.seeds.length)
        .map(({ key, status, reason }) => ({ key, status, reason, prompt: null, raw: null })),
    }
  }

  /** The rows that a stage answers in the trial, and how many there are in all. */
  private toAnswer({ arm }: PlacedStage, stage: RespondStage) {
    const rows: { key: string; instruction: string; input: string | null }[] = []
    let total = 0
    for (const id of stage.of) {
      if (id === 'seeds') {
        const cells = seedsToAnswer(this.context.db, this.experiment)
        total += cells.reduce((sum, { rowCount }) => sum + rowCount, 0)
        const sets = new Set(cells.map(({ seedSetKey }) => seedSetKey))
        for (const { setKey, idx, ...seed } of this.state.seeds) {
          if (sets.has(setKey)) rows.push({ key: `${setKey}:${idx}`, ...seed })
        }
        continue
      }
      const made = this.state.all.find((one) => one.stage.id === id && one.arm === arm)
      if (!made) continue
      const drafts = made.stage.publish?.(this.data(made, this.state.seeds)) ?? []
      const drawn = drafts.flatMap(({ seedSetKey, rows: all }) =>
        all.map(({ instruction, input }, at) => ({
          key: `${seedSetKey}:${at}`,
          instruction,
          input,
        })),
      )
      total += Math.round(drawn.length * (this.factors.get(made.row.no) ?? 1))
      rows.push(...drawn)
    }
    return { rows: rows.slice(0, this.state.seeds.length), total }
  }

  private async respond(placed: PlacedStage, stage: RespondStage): Promise<Tried> {
    const { plan } = this.experiment
    const { rows, total } = this.toAnswer(placed, stage)
    if (!plan.responses || rows.length === 0) return { total }
    const { backend, prompts } = plan.responses
    const session = await this.open(backend)
    const writer = { ...plan.responses, promptOf: promptChoice(this.context.db, prompts) }
    const batches: Timed[] = []
    const items: TrialStage['items'] = []
    for (const [idx, row] of rows.entries()) {
      const { text, status, message } = await timed(session, batches, () =>
        respondOne(session, { ...row, idx }, writer, this.context.signal),
      )
      const isGood = status === 'ok' || status === 'truncated'
      items.push({
        key: row.key,
        status: isGood ? 'ok' : 'failed',
        reason: status === 'ok' ? null : status,
        prompt: clip([row.instruction, row.input].filter(Boolean).join('\n\n')),
        raw: clip(message ?? text),
      })
    }
    return { ...this.scaled({ session, backendId: backend }, batches, total), items }
  }
}
