import { embedded } from '../embedded'
import { embeddedEmbeddings } from '../embedded-embeddings'
import { fake } from '../fake'
import { CAPABILITIES } from '../types'
import type { Subject } from './subject'
import { SERVER_SUBJECTS } from './subjects-servers'
import { HOSTED_SUBJECTS } from './subjects-hosted'
import { LLAMA_CPP_PYTHON_SUBJECTS } from './subjects-llama-cpp-python'
import { SGLANG_SUBJECTS } from './subjects-sglang'
import { TGI_SUBJECTS } from './subjects-tgi'
import { VLLM_SUBJECTS } from './subjects-vllm'

const CHAT = ['chat', 'structured', 'outputLogprobs'] as const

/** Every backend that the compliance suite runs over; a dialect enters it with one entry. */
export const SUBJECTS: readonly Subject[] = [
  { name: 'fake', kind: fake, config: () => ({}), has: CAPABILITIES },
  { name: 'fake with BOS', kind: fake, config: () => ({ bos: true, seed: 4 }), has: CAPABILITIES },
  {
    name: 'embedded',
    kind: embedded,
    config: () => ({}),
    has: [...CHAT, 'promptLogprobs', 'tokenize'],
    model: 'smollm2-135m-instruct',
  },
  {
    name: 'embedded embeddings',
    kind: embeddedEmbeddings,
    config: () => ({}),
    has: ['embed'],
    model: 'all-minilm-l6-v2-int8',
  },
  ...SERVER_SUBJECTS,
  ...VLLM_SUBJECTS,
  ...SGLANG_SUBJECTS,
  ...TGI_SUBJECTS,
  ...LLAMA_CPP_PYTHON_SUBJECTS,
  ...HOSTED_SUBJECTS,
]
