import { rootCertificates } from 'node:tls'
import { AppError } from '@/lib/errors'
import { readNamedSync } from '@/lib/files'

// A bundle of all public authorities takes 200 KB.
const MAX_BYTES = 2 * 1024 * 1024

/** Returns the certificates to trust: the usual ones and those of a PEM file. Throws `invalid_input` without its content. */
export function trustedCertificates(caFile: string): string[] {
  const named = { what: 'The certificate file', maxBytes: MAX_BYTES }
  const pem = readNamedSync(caFile, named).toString('utf8')
  const found = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g)
  if (!found) {
    throw new AppError(
      'invalid_input',
      `${caFile} is not a PEM file of certificates. Give the file of the authority that signed the server's certificate.`,
    )
  }
  return [...rootCertificates, ...found]
}
