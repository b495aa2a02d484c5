import Link from 'next/link'
import { EmptyState } from '@/components/ui/states'

export default function NotFound() {
  return (
    <main>
      <title>Page not found · Evolens</title>
      <EmptyState title="There is no page at this address" action={<Link href="/studies">Go to the studies</Link>}>
        The link may be from another version, or from another data folder.
      </EmptyState>
    </main>
  )
}
