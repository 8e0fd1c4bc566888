import '@picocss/pico/css/pico.classless.min.css'
import './style.css'
import { render } from 'preact'
import { App } from './app.tsx'
import { loadConfig } from './shell/settings.ts'

render(<App />, document.body)
void loadConfig()
