import { z } from 'zod'

/** An object under any keys, which whoever knows them reads further. */
export const plainObjectSchema = z.record(z.string(), z.unknown())
