import type { ProbeStepId } from '@/lib/contracts/probe-steps'
import { errorCode, errorMessage } from '@/lib/errors'
import {
  CAPABILITIES,
  type CapabilityState,
  type CapabilityTable,
  type ModelIdentity,
  type OnProbeStep,
  type ProbeResult,
} from '../types'
import { chatSteps } from './chat'
import { embeddingSteps } from './embedding'
import type { ProbePort } from './port'
import { rewardSteps } from './reward'
import { ProbeRun } from './run'
import { SCORING_STEPS, scoringSteps } from './scoring'
import { tokenizeSteps } from './tokens'

export type { Continuation, ProbePort, TextScores } from './port'

/** What the shared probe needs from a kind of backend. */
export interface ProbeSpec {
  /** Opens the session as `open` does, so that opened and probed identities are one. */
  connect(): Promise<ProbePort>
  /** Identity to report when the server cannot be reached. */
  unopened: ModelIdentity
  signal?: AbortSignal | undefined
  onStep?: OnProbeStep | undefined
}

const NOT_OFFERED: CapabilityState = {
  state: 'no',
  reason: 'This kind of server does not offer it.',
  remedy: 'Add a second backend of another kind for it.',
}

function tableOf(state: (name: keyof CapabilityTable) => CapabilityState): CapabilityTable {
  return Object.fromEntries(CAPABILITIES.map((name) => [name, state(name)])) as CapabilityTable
}

async function keyStep(run: ProbeRun, port: ProbePort): Promise<void> {
  const { key } = port
  if (key) {
    run.note(
      key.isSet
        ? { id: 'key', state: 'pass', detail: `${key.name} is set` }
        : {
            id: 'key',
            state: 'fail',
            detail: `${key.name} is not set`,
            remedy: `Set ${key.name} in the environment of the worker and start it again.`,
          },
    )
  } else if (port.withoutKey) {
    await run.step(
      'key',
      async () => {
        await port.withoutKey?.(run.signal)
        return { state: 'pass', detail: 'the server needs no key' }
      },
      { remedy: 'Name the environment variable of the key, or store the key.' },
    )
  }
}

async function modelsStep(run: ProbeRun, port: ProbePort): Promise<string[]> {
  if (!port.models) return []
  let models: string[] = []
  await run.step('models', async () => {
    models = (await port.models?.(run.signal)) ?? []
    const { model } = port
    if (model === null) return { state: 'pass', detail: models.join(', ') || 'no names' }
    return models.includes(model)
      ? { state: 'pass', detail: `${model} is one of ${models.length}` }
      : {
          state: 'fail',
          detail: `${model} is not among ${models.length}: ${models.slice(0, 5).join(', ')}`,
          remedy: 'Choose one of the names that the server lists.',
        }
  })
  return models
}

/**
 * Probes a backend: small requests whose answers are known beforehand or must agree with each other, so that a capability
 * is on only where its numbers were checked. Each step is reported as it is decided. Throws `cancelled` only.
 */
export async function runProbe(spec: ProbeSpec): Promise<ProbeResult> {
  const run = new ProbeRun(spec.signal, spec.onStep)
  let port: ProbePort
  try {
    port = await spec.connect()
  } catch (error) {
    if (errorCode(error) === 'cancelled') throw error
    const detail = errorMessage(error)
    run.note({ id: 'connect', state: 'fail', detail })
    return {
      capabilities: tableOf(() => ({ state: 'no', reason: detail })),
      identity: spec.unopened,
      models: [],
      steps: run.steps,
      failed: errorCode(error),
      latencyMs: null,
      vector: null,
    }
  }
  const { session } = port
  try {
    run.note({ id: 'connect', state: 'pass', detail: port.connected ?? session.identity.server })
    await keyStep(run, port)
    const models = await modelsStep(run, port)
    const { first, vector: outputVector } = await chatSteps(run, port)
    const special = await tokenizeSteps(run, port)
    const canScore = session.scoreTokens !== undefined && special !== null
    const scoreVector = canScore ? await scoringSteps(run, port, special) : null
    const embedVector = await embeddingSteps(run, port)
    const rewardVector = await rewardSteps(run, port)
    const latencyMs = first?.latencyMs ?? (await measureLatency(run, port))
    if (latencyMs !== null) {
      run.note({
        id: 'latency',
        state: 'pass',
        detail: `${latencyMs.toFixed(0)} ms, one short request`,
      })
    }
    const found = (name: keyof CapabilityTable, steps: readonly ProbeStepId[], there: boolean) =>
      there ? run.capability(steps) : (port.missing[name] ?? NOT_OFFERED)
    const chats = session.generate !== undefined
    const capabilities: CapabilityTable = {
      chat: found('chat', ['chat'], chats),
      structured: found('structured', ['chat', 'structured'], chats),
      outputLogprobs: found('outputLogprobs', ['chat', 'outputLogprobs'], chats),
      promptLogprobs: found(
        'promptLogprobs',
        ['tokenize', ...SCORING_STEPS],
        session.scoreTokens !== undefined,
      ),
      embed: found('embed', ['embeddings'], session.embed !== undefined),
      tokenize: found('tokenize', ['tokenize', 'bos'], session.tokenize !== undefined),
      reward: found('reward', ['reward'], session.reward !== undefined),
    }
    const vector = scoreVector ?? embedVector ?? rewardVector ?? outputVector
    return { capabilities, identity: session.identity, models, steps: run.steps, latencyMs, vector }
  } finally {
    await session.close()
  }
}

async function measureLatency(run: ProbeRun, port: ProbePort): Promise<number | null> {
  const { session } = port
  const started = performance.now()
  try {
    if (session.embed) await session.embed(['a'], run.signal)
    else if (session.tokenize) await session.tokenize(['a'], true, run.signal)
    else return null
    return performance.now() - started
  } catch (error) {
    if (errorCode(error) === 'cancelled') throw error
    return null
  }
}
