
'use strict';
// Tables sort by the column that is pressed; without this script they only read.
for (const table of document.querySelectorAll('table.sortable')) {
  const body = table.tBodies[0];
  const original = [...body.rows];
  if (original.length < 2) continue;
  const value = (row, column) => {
    const text = row.cells[column].textContent.trim();
    const number = parseFloat(text.replace(/,/g, ''));
    return Number.isNaN(number) ? (text === '-' ? -Infinity : text.toLowerCase()) : number;
  };
  const order = (a, b) => typeof a === typeof b ? (a < b ? -1 : a > b ? 1 : 0) : typeof a === 'number' ? -1 : 1;
  [...table.tHead.rows[0].cells].forEach((head, column) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener('click', () => {
      const isDescending = head.getAttribute('aria-sort') === 'ascending';
      for (const other of table.tHead.rows[0].cells) other.removeAttribute('aria-sort');
      head.setAttribute('aria-sort', isDescending ? 'descending' : 'ascending');
      const rows = [...original].sort((a, b) => order(value(a, column), value(b, column)) * (isDescending ? -1 : 1));
      body.append(...rows);
    });
  });
}
// Paper can't be unfolded; answers stay folded, they are for those who ask.
addEventListener('beforeprint', () => {
  for (const details of document.querySelectorAll('details')) {
    if (!details.closest('#examples')) details.open = true;
  }
});
