/** The ceiling of a receiver in Koa: it reads the body, keeps nothing, and answers. `raw` answers past Koa, as the product does. */
import { createServer } from 'node:http'
import Koa from 'koa'

const raw = process.argv[2] === 'raw'
const ANSWER = { event_id: '0123456789abcdef0123456789abcdef', status: 'accepted' }
const TEXT = JSON.stringify(ANSWER)

const app = new Koa()
app.use(async (context) => {
  await new Promise((resolve) => {
    context.req.on('data', () => {})
    context.req.on('end', resolve)
  })
  if (raw) {
    context.respond = false
    context.res.writeHead(202, ['Content-Type', 'application/json; charset=utf-8', 'Content-Length', `${TEXT.length}`])
    context.res.end(TEXT)
  } else {
    context.status = 202
    context.body = { ...ANSWER }
  }
})

const handle = app.callback()
const server = createServer((request, response) => {
  void handle(request, response)
}).listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('listen: the server has no port')
  console.log(JSON.stringify({ url: `http://127.0.0.1:${address.port}/webhooks/refiner` }))
})
process.once('SIGTERM', () => process.exit(0))
