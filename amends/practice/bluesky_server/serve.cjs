// Runs one part of the real Bluesky service on 127.0.0.1: `plc`, the directory of who is who, or
// `pds`, the server that keeps accounts and their posts.
//
//   node serve.cjs MODULES plc '{"port": 1}'
//   node serve.cjs MODULES pds '{"port": 2, "plc": "http://…", "folder": "…", "key": "…",
//                                "rateLimits": false}'
//
// Prints one line of JSON when it is ready. Ends on SIGTERM, and when its parent ends.
'use strict'

const net = require('node:net')
const path = require('node:path')
const { pathToFileURL } = require('node:url')

// The servers listen on every interface and cannot be told otherwise.
const listen = net.Server.prototype.listen
net.Server.prototype.listen = function (first, ...rest) {
  const done = rest.filter((one) => typeof one === 'function')
  const asked = typeof first === 'object' && first !== null ? first : { port: first }
  return listen.call(this, { ...asked, host: '127.0.0.1' }, ...done)
}

const [modules, part, said] = process.argv.slice(2)
const wanted = JSON.parse(said)
// Its index would load the app view and the moderation service, too, which nothing here uses.
const devEnv = (file) =>
  import(pathToFileURL(path.join(modules, '@atproto', 'dev-env', 'dist', file)).href)

async function plc() {
  const { TestPlc } = await devEnv('plc.js')
  return TestPlc.create({ port: wanted.port })
}

async function pds() {
  const { TestPds } = await devEnv('pds.js')
  const { mockNetworkUtilities } = await devEnv('util.js')
  const server = await TestPds.create({
    port: wanted.port,
    hostname: 'localhost',
    didPlcUrl: wanted.plc,
    dataDirectory: path.join(wanted.folder, 'data'),
    blobstoreDiskLocation: path.join(wanted.folder, 'blobs'),
    blobstoreDiskTmpLocation: path.join(wanted.folder, 'blobs-coming'),
    plcRotationKeyK256PrivateKeyHex: wanted.key,
    rateLimitsEnabled: wanted.rateLimits,
  })
  mockNetworkUtilities(server) // names are looked up here, and never outside
  return server
}

async function main() {
  const server = await { plc, pds }[part]()
  let ending = false
  const end = () => {
    if (ending) return
    ending = true
    setTimeout(() => process.exit(0), 3000).unref() // connections that are kept alive
    server.close().finally(() => process.exit(0))
  }
  process.on('SIGTERM', end)
  process.on('SIGINT', () => {}) // Ctrl-C is the parent's to hear
  process.stdin.on('close', end)
  process.stdin.resume()
  process.stdout.write(JSON.stringify({ part, port: server.port }) + '\n')
}

main().catch((error) => {
  process.stderr.write(`${error.stack || error}\n`)
  process.exit(1)
})
