import assert from 'node:assert/strict';
import { panelHtml } from '../../../../src/extension/core/panel/panel-html.ts';
import { hostileTexts } from '../../../support/hostile-text.ts';

const page = {
  nonce: 'n0nce',
  cspSource: 'https://host.test',
  locale: 'en',
  title: 'LB Lab',
  script: 'https://host.test/webview.js',
  style: 'https://host.test/webview.css',
  icons: 'https://host.test/codicon.css',
};

/** The policy of a page, directive by directive. */
function policyOf(html: string): Map<string, string> {
  const [, content] = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html) ?? [];
  const text = content!.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)));
  return new Map(
    text.split('; ').map((directive) => {
      const [name = '', ...sources] = directive.split(' ');
      return [name, sources.join(' ')];
    }),
  );
}

describe('the panel’s page', () => {
  it('has a policy that allows its own script, styles and pictures, and nothing else', () => {
    assert.deepEqual(Object.fromEntries(policyOf(panelHtml(page))), {
      'default-src': "'none'",
      'script-src': "'nonce-n0nce'",
      'style-src': 'https://host.test',
      'font-src': 'https://host.test',
      'img-src': 'data: blob:',
      'base-uri': "'none'",
      'form-action': "'none'",
    });
  });

  it('holds what it is given as text', () => {
    for (const title of hostileTexts) {
      const html = panelHtml({ ...page, title, locale: title });
      assert.equal(html.match(/<script/g)!.length, 1);
      assert.doesNotMatch(html, /<img/);
      assert.equal(policyOf(html).get('form-action'), "'none'");
    }
  });
});
