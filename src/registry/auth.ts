/** A user and a password, or a token that a registry takes in a password's place. */
export interface Credentials {
  readonly username: string
  readonly password: string
}

/** The value of `Authorization` for these credentials (RFC 7617 § The 'Basic' Authentication Scheme, in UTF-8). */
export function basicAuthorization({ username, password }: Credentials): string {
  const bytes = new TextEncoder().encode(`${username}:${password}`)
  return `Basic ${btoa(String.fromCharCode(...bytes))}`
}
