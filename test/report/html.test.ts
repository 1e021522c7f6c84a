import test from 'ava'
import { html, told } from '../../src/report/html.ts'

test('a text in a template stays a text, in content and in attributes', (t) => {
  const text = `</p><script>alert("1 & '2'")</script>`
  t.is(
    html`<p title="${text}">${text}</p>`.markup,
    '<p title="&lt;/p&gt;&lt;script&gt;alert(&quot;1 &amp; &#39;2&#39;&quot;)&lt;/script&gt;">' +
      '&lt;/p&gt;&lt;script&gt;alert(&quot;1 &amp; &#39;2&#39;&quot;)&lt;/script&gt;</p>',
  )
})

test('HTML in a template stays HTML, also in a list', (t) => {
  t.is(html`<ul>${[1, 2].map((n) => html`<li>${n}</li>`)}</ul>`.markup, '<ul><li>1</li><li>2</li></ul>')
})

test('a text of the data cannot turn around what stands beside it', (t) => {
  t.is(told('\u202e<b>').markup, '<bdi>\u202e&lt;b&gt;</bdi>')
})

test('what HTML cannot hold is seen to be missing', (t) => {
  t.is(html`${'a\0b\x1bc\ud800d\te\nf\u0085'}`.markup, 'a\ufffdb\ufffdc\ufffdd\te\nf\ufffd')
})
