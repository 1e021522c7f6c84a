/**
 * The page's looks, on a phone, on a desk and in print. Colours are of the Okabe-Ito set, which people tell apart however they see
 * colours; none carries a meaning that words beside it do not.
 */
export const STYLE = `
:root {
  color-scheme: light dark;
  --page: #f6f6f3; --card: #fff; --ink: #1c2733; --quiet: #566270; --line: #e1e4e3;
  --chart: #0072b2; --chart-light: #a9cfe6;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --page: #12171d; --card: #1b222a; --ink: #e8ecf0; --quiet: #a3b0bd; --line: #303a45;
    --chart: #56b4e9; --chart-light: #2f5f7d;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--page); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  overflow-wrap: anywhere; -webkit-text-size-adjust: 100%;
}
main { max-width: 66rem; margin: 0 auto; padding: 2rem 1rem 3rem; }
h1 { font-size: 2rem; line-height: 1.2; margin: 0 0 .25rem; letter-spacing: -.01em; }
h2 { font-size: 1.3rem; margin: 2.5rem 0 .75rem; }
h3 { font-size: 1.05rem; margin: 0; }
h4 { font-size: 1rem; margin: 1.25rem 0 0; }
p { margin: .25rem 0; }
.quiet { color: var(--quiet); font-size: .9rem; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: .75rem; padding: 1rem; margin: 0 0 1rem; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: .75rem; margin: 1.5rem 0 0; padding: 0; }
.tile { background: var(--card); border: 1px solid var(--line); border-radius: .75rem; padding: .75rem 1rem; }
.tile dt { color: var(--quiet); font-size: .9rem; }
.tile dd { margin: 0; }
.figure { font-size: 1.75rem; line-height: 1.25; font-weight: 650; font-variant-numeric: tabular-nums; }
figure { margin: .75rem 0 0; display: grid; gap: 1rem; grid-template-columns: minmax(0, 1fr); align-items: start; }
@media (min-width: 46rem) { figure:has(.chart) { grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 2rem; } }
.chart svg { display: block; width: 100%; max-width: 27rem; height: auto; font-size: 12px; overflow: visible; }
.scroll { overflow: auto; max-height: 30rem; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--quiet); padding: 0 0 .25rem; }
th, td { padding: .3rem .5rem; border-bottom: 1px solid var(--line); text-align: right; vertical-align: top; }
td { white-space: nowrap; }
thead th { font-weight: 600; overflow-wrap: break-word; }
tbody th { font-weight: 400; min-width: 5.4rem; }
th:first-child { text-align: left; padding-left: 0; }
td:last-child, th:last-child { padding-right: 0; }
@media (max-width: 30rem) {
  main { padding: 1.25rem .75rem 2rem; }
  .card { padding: .75rem; }
  table { font-size: .85rem; }
  thead th { font-size: .75rem; }
  tbody th { min-width: 3.8rem; }
  th, td { padding: .3rem .25rem; }
}
.key { display: inline-block; width: .8em; height: .8em; border-radius: .2em; vertical-align: -.05em; background: var(--chart); }
.key.light { background: var(--chart-light); }
footer { margin-top: 2.5rem; }
@media print {
  :root { --page: #fff; }
  body { font-size: 10pt; }
  main { max-width: none; padding: 0; }
  h2 { margin-top: 1.25rem; }
  .figure { font-size: 1.4rem; }
  figure:has(.chart) { gap: 1rem; }
  table { font-size: 8.5pt; }
  thead th { font-size: 7.5pt; overflow-wrap: anywhere; }
  tbody th { min-width: 3.6rem; }
  th, td { padding: .2rem; }
  .card { break-inside: avoid; }
  h2, h3, h4, caption { break-after: avoid; }
  .scroll { max-height: none; overflow: visible; }
  .key { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
@page { margin: 12mm; }
`
