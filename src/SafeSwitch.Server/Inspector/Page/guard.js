// What the guard saw of one request: scores beside thresholds, each look, the switch, and where the time went.

import { $, bar, element, percent } from './dom.js';

export class GuardView {
  #looks = [];

  begin() {
    this.#looks = [];
    $('nothing').hidden = true;
    $('seen').hidden = false;
    $('decision').textContent = 'Reading the prompt…';
    $('decision').className = '';
    for (const id of ['scores', 'looks', 'times', 'words']) $(id).replaceChildren();
  }

  /** A look of the guard's, after so many pieces of text were shown. */
  look(verdict, pieces, milliseconds) {
    this.#looks.push(verdict);
    this.#drawScores(verdict);
    $('looks').append(element('li', {},
      `${verdict.stage === 'Prompt' ? 'At the prompt' : pieces === 0 ? 'At the answer, before any of it was shown' : `At the answer, with ${pieces} tokens or so shown`}, ${Math.round(milliseconds)} ms: `,
      element('b', { textContent: verdict.action, className: verdict.action === 'Continue' ? 'calm' : 'alarm' }),
      ` (${verdict.reason})`));
  }

  end(report, reason, pieces, milliseconds) {
    const { intervened, verdict, policy, discarded_tokens: discarded, milliseconds: times } = report ?? {};
    if (verdict && this.#looks.at(-1)?.reason !== verdict.reason) this.look(verdict, pieces, milliseconds);
    const held = discarded ? ` ${discarded} held-back tokens were thrown away.` : '';
    $('decision').textContent = report === undefined ? `Ended: ${reason}. The server keeps what its guard saw.`
      : intervened ? `Intervened, under ${policy}: the answer is the guard's.${held}`
      : `Not changed, under ${policy}.`;
    $('decision').className = intervened ? 'alarm' : 'calm';
    if (intervened) $('looks').append(element('li', {}, element('b', { textContent: 'The switch', className: 'alarm' }), `: from here on the answer is a refusal.${held}`));
    if (times) this.#drawTimes(times);
  }

  failed(message) {
    $('decision').textContent = message;
    $('decision').className = 'alarm';
  }

  /** Words by what the score loses without them. */
  heat(words, losses) {
    const most = Math.max(0.01, ...losses.map(Math.abs));
    $('words').replaceChildren(...words.flatMap((word, i) => {
      const shown = element('span', { textContent: word, title: `${losses[i] >= 0 ? 'raises it by' : 'lowers it by'} ${Math.abs(losses[i]).toFixed(3)}` });
      shown.style.borderBottomColor = `color-mix(in srgb, var(${losses[i] >= 0 ? '--alarm' : '--calm'}) ${Math.round(100 * Math.abs(losses[i]) / most)}%, transparent)`;
      return [shown, ' '];
    }));
    const order = words.map((word, i) => [word, losses[i]]).filter(w => w[1] > 0).sort((a, b) => b[1] - a[1]).slice(0, 5);
    $('words').append(element('p', { textContent: order.length === 0 ? 'No word raises it.' : `Most: ${order.map(([word, loss]) => `“${word}” +${loss.toFixed(3)}`).join(', ')}.` }));
  }

  #drawScores(verdict) {
    const rows = [
      ['The request is harmful', verdict.prompt_score, verdict.prompt_threshold],
      ['The model complies', verdict.response_score, verdict.response_threshold],
      ['Of a kind that the probe can’t read', verdict.out_of_distribution, verdict.out_of_distribution === undefined ? undefined : 0.5],
      ...(verdict.scores ?? []).slice(1).map(s => [`${s.label}${s.class ? `, ${s.class}` : ''} (guard ${s.guard})`, s.score, s.threshold]),
    ];
    $('scores').replaceChildren(...rows.filter(r => r[1] !== undefined).flatMap(([name, score, threshold]) => {
      const said = `${percent(score)}, threshold ${percent(threshold)}`;
      return [element('dt', { textContent: name }), element('dd', {}, said, bar(score, threshold, `${name}: ${said}`))];
    }));
  }

  #drawTimes(times) {
    const rows = [
      ['Prompt, waiting included', times.prefill],
      ['Guard, all looks', times.monitor],
      ['From the prompt to the first text', Math.max(0, times.first_token - times.prefill)],
      ['The rest of the answer', Math.max(0, times.total - times.first_token)],
    ];
    $('times').replaceChildren(...rows.flatMap(([name, value]) => {
      const said = `${value.toFixed(1)} ms`;
      return [element('dt', { textContent: name }), element('dd', {}, said, bar(times.total > 0 ? value / times.total : 0, undefined, `${name}: ${said}`))];
    }));
  }
}
