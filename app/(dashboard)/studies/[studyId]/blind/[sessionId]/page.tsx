import { SessionView } from '@/components/views/blind/session-view'

interface SessionPageProps {
  params: Promise<{ studyId: string; sessionId: string }>
}

export default async function SessionPage({ params }: SessionPageProps) {
  return <SessionView {...await params} />
}
