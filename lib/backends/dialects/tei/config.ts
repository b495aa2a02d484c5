import { z } from 'zod'
import { serverFields } from '@/lib/backends/scoring/config'

/** Settings of a text-embeddings-inference server. It serves one model, so no name is asked for. */
export const teiConfigSchema = z.object(serverFields('http://127.0.0.1:8080'))

export type TeiConfig = z.infer<typeof teiConfigSchema>
