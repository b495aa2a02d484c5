import { AppError } from '@/lib/errors'
import { embedded } from './engine'
import { embeddedEmbeddings } from './embeddings'
import { fake } from './dialects/fake'
import { fireworks } from './dialects/fireworks'
import { infinity } from './dialects/infinity'
import { llamaCppPython } from './dialects/llama-cpp-python'
import { llamaServer } from './dialects/llama-server'
import { lmdeploy } from './dialects/lmdeploy'
import { lmStudio } from './dialects/lm-studio'
import { ollama } from './dialects/ollama'
import { openai } from './dialects/openai'
import { reward } from './dialects/reward'
import { sglang } from './dialects/sglang'
import { tei } from './dialects/tei'
import { tgi } from './dialects/tgi'
import { together } from './dialects/together'
import type { BackendKind } from './types'
import { vllm } from './dialects/vllm'

/** Every kind of backend. The files hold descriptions only and load their engines when opened. */
export const BACKEND_KINDS: readonly BackendKind[] = [
  embedded,
  embeddedEmbeddings,
  vllm,
  sglang,
  tgi,
  llamaCppPython,
  together,
  fireworks,
  openai,
  llamaServer,
  ollama,
  lmStudio,
  lmdeploy,
  tei,
  infinity,
  reward,
  fake,
]

/** A backend that exists without being set up. */
export interface BuiltInBackend {
  id: string
  kind: string
  label: string
  config: Record<string, unknown>
}

/** Backends that every installation has, in order of preference. */
export const BUILT_IN_BACKENDS: readonly BuiltInBackend[] = [
  { id: 'embedded', kind: 'embedded', label: 'Embedded SmolLM2 135M', config: {} },
  {
    id: 'embedded-embeddings',
    kind: 'embedded-embeddings',
    label: 'Embedded all-MiniLM-L6-v2',
    config: {},
  },
]

/** The fake backend, offered only where the environment asks for it. */
export const FAKE_BACKEND: BuiltInBackend = { id: 'fake', kind: 'fake', label: 'Fake', config: {} }

/** Kinds whose numbers mean nothing: chosen only by name, or where the environment made them built in. */
export const STAND_IN_KINDS: ReadonlySet<string> = new Set([fake.id])

/** Returns the kind of an id; throws `not_found` for another. */
export function getBackendKind(id: string): BackendKind {
  const kind = BACKEND_KINDS.find((entry) => entry.id === id)
  if (!kind) throw new AppError('not_found', `There is no backend kind "${id}".`)
  return kind
}
