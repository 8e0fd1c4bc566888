import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { relay } from './relay.js'

const app = new Hono()

app.put('/images', async (context) => {
  const { body, signal } = context.req.raw
  const { status, json } = await relay(body, context.req.query('name'), signal)
  return context.json(json, status)
})

serve({
  fetch: app.fetch,
  port: Number(process.env.PORT ?? 3000),
  // Node's own limit of five minutes is too short for large images.
  serverOptions: { requestTimeout: 60 * 60 * 1000 },
})
