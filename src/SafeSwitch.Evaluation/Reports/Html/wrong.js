
'use strict';
// Without this script the rows only read.
const rows = [...document.querySelectorAll('details.row')];
const filter = document.getElementById('filter');
const count = document.getElementById('count');
filter.addEventListener('input', () => {
  const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const row of rows) {
    const text = row.textContent.toLowerCase();
    row.hidden = !words.every(w => text.includes(w));
  }
  count.textContent = rows.filter(r => !r.hidden).length + ' rows';
});
document.getElementById('export').addEventListener('click', () => {
  const lines = rows.filter(r => !r.hidden).map(r => JSON.stringify({
    key: r.dataset.key,
    harmful: r.dataset.harmful === 'true',
    prompt: r.querySelector('.request').textContent,
    answer: r.querySelector('.answer').textContent,
  }) + '\n');
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob(lines, { type: 'application/jsonl' }));
  link.download = 'wrong.jsonl';
  link.click();
});
