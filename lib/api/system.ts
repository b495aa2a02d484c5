import { z } from 'zod'
import { systemInfoSchema } from '@/lib/contracts/compute'
import { endpoint } from './endpoint'

export const healthEndpoint = endpoint({
  method: 'GET',
  path: '/health',
  summary: 'Answers when the web process is up; the start command waits for it.',
  reply: z.object({ ok: z.boolean() }),
})

export const systemEndpoint = endpoint({
  method: 'GET',
  path: '/system',
  summary: 'Returns the facts of this installation: versions, folders and the state of the worker.',
  reply: systemInfoSchema,
})

export const loginEndpoint = endpoint({
  method: 'POST',
  path: '/login',
  summary:
    'Takes the form of the login page: redirects to where the browser wanted to go, or returns the page again with what is wrong.',
  isOpen: true,
  streams: 'text/html',
})

export const logoutEndpoint = endpoint({
  method: 'POST',
  path: '/logout',
  summary: 'Ends the session of this browser and redirects to the login page.',
  isOpen: true,
  streams: 'text/html',
})
