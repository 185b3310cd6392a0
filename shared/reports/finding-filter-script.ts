/** Shows only the findings that match. The form is hidden in the page, so that without scripts nothing useless is shown. */
export const FILTER_SCRIPT = `
'use strict';
const form = document.getElementById('filter');
const items = [...document.querySelectorAll('#findings li[data-state]')];
const sections = [...document.querySelectorAll('#findings section')];
const count = document.getElementById('count');
const texts = new Map(items.map((item) => [item, item.textContent.toLowerCase()]));
const apply = () => {
  const data = new FormData(form);
  const words = String(data.get('search')).toLowerCase().split(/\\s+/).filter(Boolean);
  let shown = 0;
  for (const item of items) {
    const matches = (data.get('severity') === '' || item.dataset.severity === data.get('severity'))
      && (data.get('state') === '' || item.dataset.state.split(' ').includes(data.get('state')))
      && words.every((word) => texts.get(item).includes(word));
    item.hidden = !matches;
    if (matches) shown += 1;
  }
  const asked = shown < items.length;
  for (const section of sections) {
    section.hidden = section.querySelector('li:not([hidden])') === null;
    if (asked) section.querySelector('details').open = true;
  }
  count.textContent = shown + ' of ' + items.length + ' findings shown';
};
form.hidden = false;
form.addEventListener('input', apply);
form.addEventListener('submit', (event) => event.preventDefault());
apply();
`;
