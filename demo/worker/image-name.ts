/** Writes the name of an image: `team/app:v1`, or `team/app@sha256:…`. */
export function imageName({ repository, reference }: { repository: string; reference: string }): string {
  return `${repository}${reference.includes(':') ? '@' : ':'}${reference}`
}
