import express from 'express'
import { relay } from './relay.js'

const app = express()

// No body parser stands before this route: it would read the body into memory.
app.put('/images', async (request, response) => {
  const closed = new AbortController()
  response.once('close', () => closed.abort())
  // A failed push must not destroy the request: the answer goes by the same socket.
  const body = request.iterator({ destroyOnReturn: false })
  const { status, json } = await relay(body, request.query.name, closed.signal)
  response.status(status).json(json)
  // A client that still sends reads the answer only if somebody takes what it sends.
  request.resume()
})

const server = app.listen(Number(process.env.PORT ?? 3000))
// Node's own limit of five minutes is too short for large images.
server.requestTimeout = 60 * 60 * 1000
