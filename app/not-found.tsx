import Link from 'next/link'
import classes from './message.module.css'

export default function NotFound() {
  return (
    <main className={classes.main}>
      <title>Page not found · Evolens</title>
      <h1>There is no page at this address</h1>
      <p className="ev-dim">The link may be from another version, or from another data folder.</p>
      <Link href="/studies">Go to the studies</Link>
    </main>
  )
}
