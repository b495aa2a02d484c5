import { AppError } from '@/lib/errors'
import type { EmbedReply } from '../types'
import { serve } from '../child-process/serve'
import { EmbeddingEngine } from './engine'
import type { EmbeddingArgs, EmbeddingInfo } from './engine'

let engine: EmbeddingEngine | null = null

serve({
  async init(args: EmbeddingArgs): Promise<EmbeddingInfo> {
    const opened = await EmbeddingEngine.open(args)
    engine = opened.engine
    return opened.info
  },

  embed(request: { texts: readonly string[] }, signal: AbortSignal): Promise<EmbedReply> {
    if (!engine) throw new AppError('internal', 'The engine was called before it was opened.')
    return engine.embed(request.texts, signal)
  },
})
