// The requests of this page, decided again at another threshold as it moves, and given away as an audit has them: without a word of text.

import { $, element, percent } from './dom.js';

export class History {
  #requests = [];

  constructor() {
    $('threshold').addEventListener('input', () => this.draw());
    $('export').addEventListener('click', () => this.#export());
  }

  startAt(threshold) {
    $('threshold').value = threshold;
    this.draw();
  }

  add(request) {
    this.#requests.unshift(request);
    $('export').disabled = false;
    this.draw();
  }

  draw() {
    const threshold = Number($('threshold').value);
    $('threshold-value').textContent = threshold.toFixed(3);
    const scored = this.#requests.filter(r => r.verdict?.prompt_score !== undefined);
    const flags = r => r.verdict.prompt_score >= threshold;
    const flagged = r => r.verdict.prompt_score >= r.verdict.prompt_threshold;
    const [more, fewer] = [scored.filter(r => flags(r) && !flagged(r)).length, scored.filter(r => !flags(r) && flagged(r)).length];
    $('would').textContent = scored.length === 0 ? 'No requests yet.'
      : `At ${threshold.toFixed(3)} the prompt flags ${scored.filter(flags).length} of ${scored.length}: ${more} that it let through, and ${fewer} fewer of those that it flagged.`;
    $('rows').replaceChildren(...this.#requests.map(r => {
      const { verdict } = r;
      const then = r.intervened ? 'intervened' : verdict?.action ?? 'no verdict';
      const now = verdict?.prompt_score === undefined ? '' : flags(r) ? 'flagged' : 'let through';
      return element('tr', {},
        ...[r.text, r.policy ?? '', percent(verdict?.prompt_score), percent(verdict?.prompt_threshold), percent(verdict?.response_score)].map(textContent => element('td', { textContent })),
        element('td', { textContent: then, className: r.intervened ? 'alarm' : 'calm' }),
        element('td', { textContent: now, className: now === 'flagged' ? 'alarm' : 'calm' }));
    }));
  }

  #export() {
    const lines = this.#requests.filter(r => r.verdict).reverse().map(({ time, policy, bundle, model, verdict, intervened, promptTokens }) => JSON.stringify({
      time, policy, bundle, model,
      prompt_score: verdict.prompt_score, guard: verdict.guard, label: verdict.label, prompt_threshold: verdict.prompt_threshold, out_of_distribution: verdict.out_of_distribution,
      response_score: verdict.response_score, response_threshold: verdict.response_threshold,
      action: verdict.action, intervened, monitor_failed: verdict.is_error, prompt_tokens: promptTokens,
    }));
    const url = URL.createObjectURL(new Blob(lines.map(line => line + '\n'), { type: 'application/jsonl' }));
    element('a', { href: url, download: 'inspector.jsonl' }).click();
    URL.revokeObjectURL(url);
  }
}
