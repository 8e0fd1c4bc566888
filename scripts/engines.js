import { conclude, ENGINES, runSuites } from './suites.js'

// The browser suites in Chromium, Firefox and WebKit: npm run test:engines

conclude(runSuites(ENGINES))
