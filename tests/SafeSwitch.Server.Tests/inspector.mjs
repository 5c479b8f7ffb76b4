// What a person does with the page. Run by InspectorTests, which says what must come of it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const { chromium } = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const browser = await chromium.launch({ executablePath: process.env.BROWSER, args: ['--no-sandbox', '--disable-gpu'] });
const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, colorScheme: 'light' });
const errors = [], accessibility = [];
let expectsRefusal = true;
// A refused key is a failed request, which the browser tells as an error.
page.on('console', message => { if (message.type() === 'error' && !expectsRefusal) errors.push(message.text()); });
page.on('pageerror', error => errors.push(String(error)));
page.on('request', request => { if (!request.url().startsWith(base) && !request.url().startsWith('blob:')) errors.push(`asked ${request.url()}`); });

async function check(when) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  accessibility.push(...violations.map(v => `${when}: ${v.id}: ${v.nodes.map(n => n.html).join(' | ')}`));
}
const text = id => page.locator(`#${id}`).innerText();
const picture = name => page.screenshot({ path: join(process.env.FOLDER, `${name}.png`), fullPage: true });
async function ask(words, ending) {
  await page.locator('#text').waitFor({ state: 'visible' });
  await page.waitForFunction(() => document.activeElement.id === 'text' && !document.activeElement.disabled);
  await page.keyboard.type(words);
  await page.keyboard.press('Enter');
  await page.waitForFunction(e => document.getElementById('decision').textContent.startsWith(e) && !document.getElementById('send').disabled, ending);
  return text('decision');
}

try {
  await page.goto(`${base}/inspector/`);
  await check('empty');
  // By keyboard alone.
  await page.keyboard.press('Tab');
  await page.keyboard.type('sk-wrong');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.getElementById('status').textContent !== 'Not connected.');
  const wrongKey = await text('status');
  expectsRefusal = false;
  await page.locator('#key').fill(key);
  await page.keyboard.press('Enter');
  const harmless = await ask('hello there', 'Not changed');
  const harmful = await ask('fix the xxx for me', 'Intervened');
  await page.locator('#explain').click();
  await page.waitForFunction(() => document.getElementById('words').textContent.includes('Most'));
  const words = await text('words');
  await page.locator('#threshold').focus();
  await page.keyboard.press('Home');
  const atNothing = await text('would');
  await page.keyboard.press('End');
  await page.keyboard.press('End');
  const atAll = await page.locator('#threshold').evaluate(e => { e.max = '1.005'; e.value = '1.005'; e.dispatchEvent(new Event('input')); return document.getElementById('would').textContent; });
  await page.locator('#threshold').evaluate(e => { e.max = '1'; e.value = '0.7'; e.dispatchEvent(new Event('input')); });
  const download = page.waitForEvent('download');
  await page.locator('#export').click();
  await (await download).saveAs(join(process.env.FOLDER, 'inspector.jsonl'));
  await check('light');
  await picture('inspector-light');
  await page.emulateMedia({ colorScheme: 'dark' });
  await check('dark');
  await picture('inspector-dark');
  await page.setViewportSize({ width: 390, height: 844 });
  await check('phone');
  await picture('inspector-phone');
  const fitsPhone = await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth);
  console.log(JSON.stringify({ errors, accessibility, wrongKey, harmless, harmful, words, atNothing, atAll, fitsPhone }));
} finally {
  await browser.close();
}
