import { embedded } from '@/lib/backends/engine'
import { embeddedEmbeddings } from '@/lib/backends/embeddings'
import { fake } from '@/lib/backends/dialects/fake'
import { CAPABILITIES } from '@/lib/backends/types'
import { SCORING, type Subject } from '../subject'
import { SERVER_SUBJECTS } from './servers'
import { HOSTED_SUBJECTS } from './hosted'
import { LMDEPLOY_SUBJECTS } from './lmdeploy'
import { LLAMA_CPP_PYTHON_SUBJECTS } from './llama-cpp-python'
import { REWARD_SUBJECTS } from './reward'
import { SGLANG_SUBJECTS } from './sglang'
import { TGI_SUBJECTS } from './tgi'
import { VLLM_SUBJECTS } from './vllm'

/** Every backend that the compliance suite runs over; a dialect enters it with one entry. */
export const SUBJECTS: readonly Subject[] = [
  { name: 'fake', kind: fake, config: () => ({}), has: CAPABILITIES },
  { name: 'fake with BOS', kind: fake, config: () => ({ bos: true, seed: 4 }), has: CAPABILITIES },
  {
    name: 'embedded',
    kind: embedded,
    config: () => ({}),
    has: SCORING,
    model: 'smollm2-135m-instruct',
  },
  {
    name: 'embedded embeddings',
    kind: embeddedEmbeddings,
    config: () => ({}),
    has: ['embed'],
    model: 'all-minilm-l6-v2',
  },
  ...SERVER_SUBJECTS,
  ...LMDEPLOY_SUBJECTS,
  ...VLLM_SUBJECTS,
  ...SGLANG_SUBJECTS,
  ...TGI_SUBJECTS,
  ...LLAMA_CPP_PYTHON_SUBJECTS,
  ...HOSTED_SUBJECTS,
  ...REWARD_SUBJECTS,
]
