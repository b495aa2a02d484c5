/** Next calls this when a server starts: what the first page waits for is loaded while the rest of the server starts. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== 'nodejs' || process.env.NODE_ENV !== 'production') return
  const [{ getContext }, { warmReader }] = await Promise.all([
    import('@/lib/http/context'),
    import('@/lib/services/queries/client'),
  ])
  try {
    warmReader(getContext().db)
  } catch {
    // A database that cannot be opened is told to whoever asks for something.
  }
}
