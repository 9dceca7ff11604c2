import { openBrowser, openPanel } from '/tmp/wt/panel/test/webview/support/panel-page.ts';
const [, , out, json, script] = process.argv;
const options = JSON.parse(json ?? '{}');
const browser = await openBrowser();
try {
  const { page, problems } = await openPanel(browser, options);
  await page.waitForTimeout(700);
  if (script) {
    await new Function('page', `return (async () => { ${script} })()`)(page);
    await page.waitForTimeout(400);
  }
  await page.screenshot({ path: out });
  for (const p of problems) console.log('PROBLEM', p);
  console.log(
    await page.evaluate(() => JSON.stringify(fakeHost.messages.filter((m) => m.type === 'failed'))),
  );
} finally {
  await browser.close();
}
