import { z } from 'zod'
import { systemInfoSchema } from '@/lib/contracts/compute'
import { get, post } from './endpoint'

/** Answers when the web process is up; the start command waits for it. */
export const healthEndpoint = get('/health', { reply: z.object({ ok: z.boolean() }) })

/** Returns the facts of this installation: versions, folders and the state of the worker. */
export const systemEndpoint = get('/system', { reply: systemInfoSchema })

/**
 * Takes the form of the login page: redirects to where the browser wanted to go, or returns the page again with what is
 * wrong.
 */
export const loginEndpoint = post('/login', {
  isOpen: true,
  streams: 'text/html',
})

/** Ends the session of this browser and redirects to the login page. */
export const logoutEndpoint = post('/logout', {
  isOpen: true,
  streams: 'text/html',
})
