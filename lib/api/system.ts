import { z } from 'zod'
import { systemInfoSchema } from '@/lib/contracts/compute'
import { apiDocumentSchema } from '@/lib/contracts/api-document'
import { sandboxSchema } from '@/lib/contracts/sandbox'
import { storageSchema } from '@/lib/contracts/storage'
import { get, patch, post } from './endpoint'

export const healthEndpoint = get('/health', {
  summary: 'Answers when the web process is up; the start command waits for it.',
  reply: z.object({ ok: z.boolean() }),
})

export const systemEndpoint = get('/system', {
  summary: 'Returns the facts of this installation: versions, folders and the state of the worker.',
  reply: systemInfoSchema,
})

export const sandboxEndpoint = get('/system/sandbox', {
  summary: 'Says whether checking functions, which models have written, may be run here.',
  reply: sandboxSchema,
})

export const setSandboxEndpoint = patch('/system/sandbox', {
  summary: 'Allows or forbids running checking functions in the sandbox of this machine.',
  body: sandboxSchema,
  example: { body: { isOn: true } },
  reply: sandboxSchema,
})

export const storageEndpoint = get('/storage', {
  summary:
    'Returns how many bytes the entries of each study have by what they are, and the sizes of the files that studies share.',
  reply: storageSchema,
})

export const openApiEndpoint = get('/openapi.json', {
  summary:
    'Returns this description of the HTTP interface as OpenAPI 3.1, with a Python snippet for each call.',
  reply: apiDocumentSchema,
})

export const loginEndpoint = post('/login', {
  summary:
    'Takes the form of the login page: redirects to where the browser wanted to go, or returns the page again with what is wrong.',
  isOpen: true,
  takes: 'application/x-www-form-urlencoded',
  streams: 'text/html',
})

export const logoutEndpoint = post('/logout', {
  summary: 'Ends the session of this browser and redirects to the login page.',
  isOpen: true,
  streams: 'text/html',
})
