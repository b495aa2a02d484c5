import { z } from 'zod'
import { plainObjectSchema } from './plain-object'
import { texts } from './fields'

const parameterSchema = z.looseObject({
  name: z.string(),
  in: z.enum(['path', 'query']),
  required: z.boolean(),
  description: z.string().optional(),
  /** A plain value; one that is JSON text has `content` instead. */
  schema: plainObjectSchema.optional(),
  example: z.unknown().optional(),
  content: z.record(z.string(), z.looseObject({ example: z.unknown() })).optional(),
})

const mediaSchema = z.looseObject({
  schema: plainObjectSchema,
  example: z.unknown().optional(),
})

/** One call of the HTTP interface, as OpenAPI describes it. */
const operationSchema = z.looseObject({
  ...texts('operationId', 'summary'),
  tags: z.array(z.string()),
  parameters: z.array(parameterSchema).optional(),
  requestBody: z.looseObject({ content: z.record(z.string(), mediaSchema) }).optional(),
  responses: z.record(
    z.string(),
    z.looseObject({
      description: z.string(),
      content: z.record(z.string(), mediaSchema).optional(),
    }),
  ),
  'x-codeSamples': z.array(z.object(texts('lang', 'source'))),
})
export type ApiDocumentOperation = z.infer<typeof operationSchema>

/** The parts of the OpenAPI document that its page reads; all others go along. */
export const apiDocumentSchema = z.looseObject({
  openapi: z.string(),
  info: z.looseObject(texts('title', 'version', 'description')),
  tags: z.array(z.object(texts('name'))),
  paths: z.record(z.string(), z.record(z.string(), operationSchema)),
  components: z.looseObject({ schemas: z.record(z.string(), plainObjectSchema) }),
})
export type ApiDocument = z.infer<typeof apiDocumentSchema>
