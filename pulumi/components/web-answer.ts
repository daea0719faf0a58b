/** A shell command that fails, and says so, unless a web server of the container answers with success. */
export function webAnswer(port: number, path: string): string {
  return `wget -q -T 3 -O /dev/null http://127.0.0.1:${port}${path} || { echo no answer within 3 s; false; }`;
}
