/** Stylesheets of the page: vite brings them in. */
declare module '*.css'
