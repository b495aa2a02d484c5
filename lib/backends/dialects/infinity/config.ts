import { z } from 'zod'
import { serverFields } from '@/lib/backends/scoring/config'

/** Settings of an Infinity server. */
export const infinityConfigSchema = z.object(serverFields('http://127.0.0.1:7997'))

export type InfinityConfig = z.infer<typeof infinityConfigSchema>
