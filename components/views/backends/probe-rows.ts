import { formatCount, formatDuration } from '@/lib/contracts/format'
import type { BackendInfo, CapabilityInfo } from '@/lib/contracts/backends'
import type { ProbeStepId, ProbeStepInfo } from '@/lib/contracts/probe-steps'

/**
 * How a row of the table stands. `absent` = no server of this kind has it, `open` = the running probe has not decided it
 * yet, `fact` = found out, neither good nor bad.
 */
export type RowState = 'yes' | 'no' | 'absent' | 'unknown' | 'open' | 'fact'

export interface ProbeRow {
  id: string
  label: string
  meaning: string
  state: RowState
  detail: string
  remedy: string | null
  flag: string | null
}

interface RowKind {
  id: string
  label: string
  meaning: string
  /** Entry of the probe's capability table; absent for facts. */
  capability?: string
  /** Capability without which the row is not looked for. */
  belongsTo?: string
  /** Whether it works or not; other rows without a capability state a fact. */
  isAbility?: boolean
  /** Steps that decide the row, by id; the first one that was taken tells what was found. */
  steps: readonly ProbeStepId[]
}

const NOT_OFFERED = 'This kind of backend does not offer it.'

const ROWS: readonly RowKind[] = [
  {
    id: 'chat',
    label: 'Chat',
    meaning: 'writes replies: evolving, responses, judging',
    capability: 'chat',
    steps: ['chat'],
  },
  {
    id: 'structured',
    label: 'Structured output',
    meaning: 'replies in a given JSON form',
    capability: 'structured',
    steps: ['structured'],
  },
  {
    id: 'outputLogprobs',
    label: 'Generated log-probabilities',
    meaning: 'of the tokens it writes: first-token probability, expected scores',
    capability: 'outputLogprobs',
    steps: ['outputLogprobs'],
  },
  {
    id: 'promptLogprobs',
    label: 'Prompt log-probabilities',
    meaning: 'of given tokens: IFD and IC-IFD',
    capability: 'promptLogprobs',
    steps: ['promptScores'],
  },
  {
    id: 'byIds',
    label: '… by token ids',
    meaning: 'texts are joined exactly',
    belongsTo: 'promptLogprobs',
    isAbility: true,
    steps: ['byIds'],
  },
  {
    id: 'byText',
    label: '… by text',
    meaning: 'the server cuts the text into tokens itself',
    belongsTo: 'promptLogprobs',
    isAbility: true,
    steps: ['byText'],
  },
  {
    id: 'embed',
    label: 'Embeddings',
    meaning: 'vectors of texts: neighbour distance',
    capability: 'embed',
    steps: ['embeddings'],
  },
  {
    id: 'reward',
    label: 'Rewards',
    meaning: 'how good a reply is, by a reward model',
    capability: 'reward',
    steps: ['reward'],
  },
  {
    id: 'tokenize',
    label: 'Tokenize',
    meaning: 'token ids of a text',
    capability: 'tokenize',
    steps: ['tokenize'],
  },
  {
    id: 'length',
    label: 'Context length',
    meaning: 'longest text, in tokens',
    steps: ['length'],
  },
  {
    id: 'bos',
    label: 'BOS token',
    meaning: 'what the tokenizer puts before a text',
    belongsTo: 'promptLogprobs',
    steps: ['bos'],
  },
  {
    id: 'determinism',
    label: 'Determinism',
    meaning: 'one request, several times and beside others',
    belongsTo: 'promptLogprobs',
    steps: ['determinism'],
  },
  {
    id: 'latency',
    label: 'Latency',
    meaning: 'of one small request',
    steps: [],
  },
]

/** Ids of the rows that stand for a capability; the others tell facts about it. */
export const CAPABILITY_ROWS: ReadonlySet<string> = new Set(
  ROWS.filter(({ capability }) => capability !== undefined).map(({ id }) => id),
)

const STEP_STATE: Record<string, RowState> = { pass: 'yes', fail: 'no', unknown: 'unknown' }

function stepOf(kind: RowKind, steps: readonly ProbeStepInfo[]): ProbeStepInfo | undefined {
  return steps.find(({ id }) => kind.steps.some((one) => one === id))
}

function row(kind: RowKind, change: Partial<ProbeRow>): ProbeRow {
  const { id, label, meaning } = kind
  return { id, label, meaning, state: 'open', detail: '', remedy: null, flag: null, ...change }
}

function fromStep(kind: RowKind, step: ProbeStepInfo): ProbeRow {
  const state = STEP_STATE[step.state] ?? 'unknown'
  return row(kind, {
    // A fact that was found out is no ability.
    state: !kind.capability && !kind.isAbility && state === 'yes' ? 'fact' : state,
    detail: step.detail,
    remedy: step.remedy ?? null,
    flag: step.flag ?? null,
  })
}

function fromCapability(kind: RowKind, found: CapabilityInfo, step?: ProbeStepInfo): ProbeRow {
  return row(kind, {
    state: found.state,
    detail: found.state === 'yes' ? (step?.detail ?? '') : (found.reason ?? step?.detail ?? ''),
    remedy: found.remedy ?? null,
    flag: found.flag ?? null,
  })
}

function number(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null
}

/** Facts that the identity or the result state where no step looked for them. */
function fromResult(
  kind: RowKind,
  { identity, latencyMs }: NonNullable<BackendInfo['probe']>,
): ProbeRow | null {
  const fact = (detail: string) => row(kind, { state: 'fact', detail })
  switch (kind.id) {
    case 'length': {
      const length = number(identity['contextLength'])
      return length === null ? null : fact(`${formatCount(length)} tokens`)
    }
    case 'bos': {
      if (!identity['tokenizer']) return null
      const bos = number(identity['bosId'])
      return fact(bos === null ? 'adds none' : `adds id ${bos}`)
    }
    case 'latency':
      return latencyMs === null ? null : fact(formatDuration(latencyMs))
    default:
      return null
  }
}

function absent(kind: RowKind, offers: readonly string[]): boolean {
  return kind.capability !== undefined && !offers.includes(kind.capability)
}

function looksFor(kind: RowKind, offers: readonly string[]): boolean {
  return kind.belongsTo === undefined || offers.includes(kind.belongsTo)
}

/** One row for each further address, in the order in which they were tested. */
function replicaRows(steps: readonly ProbeStepInfo[]): ProbeRow[] {
  return steps
    .filter(({ id }) => id === 'replica')
    .map((step) => {
      const label = step.name.replace(/^r/, 'R')
      const meaning = 'the same model at a further address'
      return fromStep({ id: step.name, label, meaning, isAbility: true, steps: [] }, step)
    })
}

/** Rows of a probe that runs: what its steps have decided; the rest is open. `offers` = what the kind can have at best. */
export function runningRows(
  steps: readonly ProbeStepInfo[],
  offers: readonly string[],
): ProbeRow[] {
  const rows = ROWS.filter((kind) => looksFor(kind, offers)).map((kind) => {
    const step = stepOf(kind, steps)
    if (step) return fromStep(kind, step)
    return row(kind, absent(kind, offers) ? { state: 'absent', detail: NOT_OFFERED } : {})
  })
  return [...rows, ...replicaRows(steps)]
}

/** Rows of a finished probe. Facts that nobody looked for are left out. */
export function finishedRows(
  probe: NonNullable<BackendInfo['probe']>,
  offers: readonly string[],
): ProbeRow[] {
  const rows = ROWS.flatMap((kind): ProbeRow[] => {
    const step = stepOf(kind, probe.steps)
    const found = kind.capability ? probe.capabilities[kind.capability] : undefined
    if (found) {
      const made = fromCapability(kind, found, step)
      return [made.state === 'no' && absent(kind, offers) ? { ...made, state: 'absent' } : made]
    }
    if (step) return [fromStep(kind, step)]
    const fact = fromResult(kind, probe)
    return fact ? [fact] : []
  })
  return [...rows, ...replicaRows(probe.steps)]
}
