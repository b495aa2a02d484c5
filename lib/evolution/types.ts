import type {
  CheckCase,
  CheckOutcome,
  ItemStatus,
  Plan,
  PlanArm,
  StageItem,
} from '@/lib/contracts/experiment'
import type { ImportedColumn } from '@/lib/contracts/imported-values'
import type { Prompt } from '@/lib/prompts/prompt'

/** A seed of the experiment, in file order. */
export interface SeedRow {
  setKey: string
  /** Row of the seed file. */
  idx: number
  instruction: string
  input: string | null
}

/** What a stage sees: the plan, its arm, the seeds, and what stages before it made. */
export interface StageData {
  plan: Plan
  /** null in a stage that all arms share. */
  arm: PlanArm | null
  seeds(): readonly SeedRow[]
  /** Items of a stage before it, by position: of this arm, or of the one named (empty = shared). */
  items(stage: string, arm?: string): readonly StageItem[]
  /** The version of a prompt that the plan tells this stage to use. */
  prompt(id: string): Prompt
}

/** One request of a stage. */
export interface Asking {
  /** Tells its item from every other one of the stage; stays the same when the experiment is extended. */
  key: string
  /** Added to the seed of the decoding, so that rows and samples differ and a rerun does not. */
  seedOffset: number
  /** The user message; null = nothing is asked, and `read` is given an empty reply. */
  content(): string | null
}

/** What came of one item. */
export interface Reading {
  status: ItemStatus
  /** Short reason code of what was repaired, failed or dropped; null when all is well. */
  reason: string | null
  value: StageItem['value']
}

/** Rows that a stage publishes as one file of the study. */
export interface CellDraft {
  seedSetKey: string
  /** Of a seed set that the stage makes; only for rows without a parent. */
  seedSetLabel?: string
  round: number
  /** Where the parents are: the seeds of this set, the arm's file of the round before, or no file. */
  parent: 'seeds' | 'round before' | null
  /** Columns of the study that are read from the rows' `extra`. */
  columns?: readonly ImportedColumn[]
  /** In order; the row's place in this list is its row number. */
  rows: readonly {
    instruction: string
    input: string | null
    /** Row of the parent file; -1 without one. */
    parentIdx: number
    operator: string | null
    extra: Record<string, unknown> | null
  }[]
}

interface StageFacts {
  id: string
  /** In the list of stages. */
  label: string
  /** One sentence: what goes in and what comes out. */
  explains: string
  /** Ids of stages whose items it reads; all arms' where it is shared. */
  after: readonly string[]
  /** One stage for all arms. */
  isShared?: boolean
  /** Files made of the items once all are there. */
  publish?(data: StageData): CellDraft[]
}

/** A stage that asks a model once for each input. */
export interface AskStage extends StageFacts {
  kind: 'ask'
  role: 'evolver' | 'writer' | 'judge'
  /** Ids of the prompts that it may send. */
  prompts: readonly string[]
  /** Prompts as they are sent, where they are not the versions that the plan names. */
  sent?(data: StageData): Prompt[]
  /** Differences from the arm's decoding, for example greedy. */
  decoding?: { temperature?: number; maxTokens?: number }
  /** So often a question whose reading failed is asked again at once, with other random seeds; default 0. */
  retries?: number
  /** What the judge model is asked about a reply that was read well, and what its answer makes of the reading. */
  check?: {
    /** Id of the prompt that is sent. */
    prompt: string
    content(reading: Reading, asking: Asking, data: StageData): string
    read(text: string, reading: Reading): Reading
  }
  askings(data: StageData): Asking[]
  read(reply: { text: string; finishReason: string }, asking: Asking, data: StageData): Reading
}

/** Runs untrusted functions apart from everything else. */
export interface CheckTools {
  /** Calls of `runChecks` that are carried out at the same time. */
  width: number
  /** Returns the outcome of each function (sources that define `evaluate(response)`) on each case: a line for each function. */
  runChecks(
    functions: readonly string[],
    cases: readonly CheckCase[],
    signal: AbortSignal,
  ): Promise<CheckOutcome[][]>
}

/** What a stage without a model may use. */
export interface WorkTools {
  signal: AbortSignal
  /** null while running functions is turned off. */
  checks: CheckTools | null
  progress(done: number, total: number): void
  /** Returns what an earlier run, or one that was stopped, made of the same input; null = to be made. */
  kept(key: string, input: string): Reading | null
}

/** An item that a stage without a model made. */
export interface WorkItem extends Reading {
  key: string
  /** What it was made of, where making it again should be avoided. */
  input?: string
}

/** A stage that asks nobody: it works on the items of stages before it. */
export interface WorkStage extends StageFacts {
  kind: 'work'
  work(data: StageData, tools: WorkTools): AsyncIterable<WorkItem> | Iterable<WorkItem>
}

/** A stage that answers the rows of the files that other stages published, as response sets of their own. */
export interface RespondStage extends StageFacts {
  kind: 'respond'
  /** Stages whose files are answered; `seeds` are the seeds without a response. */
  of: readonly string[]
}

/** A stage that queues the metrics of the plan. */
export interface MeasureStage extends StageFacts {
  kind: 'measure'
}

export type Stage = AskStage | WorkStage | RespondStage | MeasureStage

/** One way of evolving: the stages of a plan, in order. */
export interface Scenario {
  kind: Plan['scenario']['kind']
  label: string
  stages(plan: Plan): Stage[]
  /** The seeds are used otherwise than as parents: they are not answered. */
  leavesSeeds?: boolean
  /** Throws `invalid_input` where a plan cannot be carried out with these seeds. */
  check?(plan: Plan, seeds: readonly SeedRow[]): void
}
