/**
 * Loaded before a command (`node --import`): keeps what Node makes of each module, its types stripped and its code compiled, so that
 * only the first start does it. In JavaScript, as else its own types would be stripped at each start.
 */
import { enableCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'

// Where nothing can be written, Node goes on without.
enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/compile', import.meta.url)))
