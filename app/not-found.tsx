import Link from 'next/link'

export default function NotFound() {
  return (
    <main style={{ padding: 24, maxWidth: 640, lineHeight: 1.5 }}>
      <title>Page not found · Evolens</title>
      <h1 style={{ fontSize: '1.25rem' }}>There is no page at this address</h1>
      <p className="ev-dim">The link may be from another version, or from another data folder.</p>
      <Link href="/studies">Go to the studies</Link>
    </main>
  )
}
