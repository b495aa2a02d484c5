// The process of its own in which files of users are read: it registers the TypeScript loader before the real entry.
import { register } from 'tsx/esm/api'

register()
await import('./process.ts')
