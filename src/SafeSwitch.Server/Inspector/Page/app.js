// The page: a conversation on one side, what the guard saw of it on the other.

import { Api } from './api.js';
import { $, element } from './dom.js';
import { GuardView } from './guard.js';
import { History } from './history.js';

const guard = new GuardView();
const history = new History();
let api, settings, stopping, last;
let messages = [];

const model = () => settings.models.find(m => m.id === $('model').value);
const fill = (list, names) => list.replaceChildren(...names.map(n => element('option', { value: n, textContent: n })));

$('access').addEventListener('submit', async event => {
  event.preventDefault();
  api = new Api($('key').value);
  try {
    settings = await api.settings();
  } catch (e) {
    $('status').textContent = e.message;
    return;
  }
  fill($('model'), settings.models.map(m => m.id));
  $('tokens').max = settings.answer_tokens;
  chooseModel();
  enable(true);
  $('status').textContent = 'Connected.';
  $('text').focus();
});

$('model').addEventListener('change', chooseModel);
$('policy').addEventListener('change', choosePolicy);

function chooseModel() {
  fill($('policy'), model().policies.map(p => p.name));
  choosePolicy();
}

function choosePolicy() {
  history.startAt(model().policies.find(p => p.name === $('policy').value).prompt_threshold);
}

// The default policy needs no name, and may be one that requests may not name.
const namedPolicy = () => model().policies.find(p => p.name === $('policy').value).is_default ? undefined : $('policy').value;

function enable(isIdle) {
  for (const id of ['model', 'policy', 'text', 'send', 'fresh', 'explain']) $(id).disabled = !isIdle;
  $('stop').disabled = isIdle;
}

$('text').addEventListener('keydown', event => {
  if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    $('ask').requestSubmit();
  }
});

$('ask').addEventListener('submit', async event => {
  event.preventDefault();
  const text = $('text').value.trim();
  if (!text || $('send').disabled) return;
  $('text').value = '';
  enable(false);
  await ask(text);
  enable(true);
  $('text').focus();
});

$('stop').addEventListener('click', () => stopping?.abort());
$('fresh').addEventListener('click', () => {
  messages = [];
  $('messages').replaceChildren();
  $('text').focus();
});

function show(role, text) {
  const said = document.createTextNode(text);
  const item = element('li', { className: role }, element('b', { textContent: role }), said);
  $('messages').append(item);
  item.scrollIntoView({ block: 'nearest' });
  return { item, said };
}

async function ask(text) {
  messages.push({ role: 'user', content: text });
  show('user', text);
  const { item, said } = show('assistant', '');
  const began = performance.now();
  const record = { time: new Date().toISOString(), text, model: model().id, bundle: model().bundle };
  let pieces = 0, reason;
  last = { text, policy: namedPolicy() };
  stopping = new AbortController();
  guard.begin();
  try {
    const request = { model: model().id, messages, max_tokens: Number($('tokens').value), stream_options: { include_usage: true } };
    for await (const piece of api.answer(request, namedPolicy(), stopping.signal)) {
      const choice = piece.choices[0], report = piece.safeswitch;
      // What a piece says of the guard was so before its text was let out.
      if (report?.verdict && !choice.finish_reason) guard.look(report.verdict, pieces, performance.now() - began);
      if (choice?.delta?.content) {
        said.data += choice.delta.content;
        pieces++;
      }
      if (choice?.finish_reason) {
        reason = choice.finish_reason;
        item.classList.toggle('filtered', reason === 'content_filter');
        guard.end(report, reason, pieces, performance.now() - began);
        Object.assign(record, { policy: report?.policy, verdict: report?.verdict, intervened: report?.intervened });
      }
      if (piece.usage) record.promptTokens = piece.usage.prompt_tokens;
    }
    messages.push({ role: 'assistant', content: said.data });
    record.time = new Date().toISOString();
    history.add(record);
  } catch (e) {
    messages.pop();
    guard.failed(e.name === 'AbortError' ? 'Stopped.' : e.message);
  }
}

// Words that are left out together where there are more than one request may ask about.
$('explain').addEventListener('click', async () => {
  const words = last.text.split(/\s+/), most = settings.inputs - 1;
  const size = Math.ceil(words.length / most);
  const groups = Array.from({ length: Math.ceil(words.length / size) }, (_, i) => words.slice(i * size, (i + 1) * size).join(' '));
  const without = groups.map((_, i) => groups.filter((_, j) => j !== i).join(' '));
  enable(false);
  try {
    const [whole, ...scores] = await api.scores(model().id, last.policy, [last.text, ...without]);
    guard.heat(groups, scores.map(score => whole - score));
  } catch (e) {
    $('words').textContent = e.message;
  }
  enable(true);
});
