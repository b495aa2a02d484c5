import { embeddingsConfig } from './config'
import type { EmbeddingsConfig } from './config'
import { probeEmbeddings } from './probe'
import { openEmbeddings } from './session'
import { modelFilesHere } from '@/lib/models/here'
import { defineBackend } from '../types'

/** Sentence embeddings inside the application: onnxruntime in a child process, no server needed. */
export const embeddedEmbeddings = defineBackend<EmbeddingsConfig>({
  id: 'embedded-embeddings',
  label: 'Embedded sentence embeddings',
  description:
    'Sentence vectors computed on this machine: all-MiniLM-L6-v2, or all-mpnet-base-v2 where it can be fetched.',
  capabilities: ['embed'],
  local: true,
  filesHere: ({ modelId }, dirs) => modelFilesHere(modelId, dirs),
  config: embeddingsConfig,
  open: openEmbeddings,
  probe: probeEmbeddings,
})
