// Starts PLC, PDS and AppView on the ports named by the environment, prints one JSON line when they answer,
// and closes them when standard input ends (its parent is gone) or on SIGTERM.
import { TestNetwork } from '@atproto/dev-env'

const port = (name) => Number(process.env[`AMPLIFY_${name}_PORT`])

const network = await TestNetwork.create({
  dbPostgresUrl: process.env.AMPLIFY_NETWORK_DATABASE,
  dbPostgresSchema: 'network',
  plc: { port: port('PLC') },
  pds: { port: port('PDS'), hostname: 'localhost', enableDidDocWithSession: true },
  bsky: { port: port('APPVIEW'), publicUrl: `http://localhost:${port('APPVIEW')}` },
  ozone: { port: port('OZONE') },
  introspect: { port: port('INTROSPECT') },
})

let closing = false
async function close() {
  if (closing) return
  closing = true
  const last = setTimeout(() => process.exit(1), 10_000)
  try {
    await network.close()
  } finally {
    clearTimeout(last)
    process.exit(0)
  }
}
process.on('SIGTERM', close)
process.on('SIGINT', close)

// One line in, one line out: "settle" answers once the AppView has read everything the PDS has written.
let rest = ''
process.stdin.setEncoding('utf8')
process.stdin.on('data', async (piece) => {
  rest += piece
  const lines = rest.split('\n')
  rest = lines.pop()
  for (const line of lines) {
    if (line.trim() !== 'settle') continue
    try {
      await network.processAll()
      console.log(JSON.stringify({ settled: true }))
    } catch (error) {
      console.log(JSON.stringify({ settled: false, error: String(error) }))
    }
  }
})
process.stdin.on('end', close)

console.log(JSON.stringify({ ready: true, pds: network.pds.url, appview: network.bsky.url, plc: network.plc.url }))
