// Looks at a page in a frame of each width, and as it is printed, and says what a person could not read.
const PAPER = 673; // A4 between margins of 16 mm, at 96 pixels per inch
const WIDTHS = [1280, 390, PAPER];
const frame = width => new Promise(done => {
  const box = document.createElement('iframe');
  box.style = `border:0;width:${width}px;height:900px`;
  box.onload = () => done(box.contentDocument);
  box.src = 'report.html';
  document.body.append(box);
});
const print = page => {
  for (const sheet of page.styleSheets) {
    for (const { media } of sheet.cssRules) {
      if (media) media.mediaText = media.mediaText === 'print' ? 'all' : 'not all';
    }
  }
};
const channels = color => {
  const numbers = color.match(/[\d.]+/g).map(Number);
  return color.startsWith('color(') ? numbers.map((n, i) => i < 3 ? n * 255 : n) : numbers;
};
const luminance = color => {
  const [r, g, b] = channels(color).map(n => n / 255).map(n => n <= 0.04045 ? n / 12.92 : ((n + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const contrast = (one, other) => {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
};
const ground = node => {
  for (let at = node; at; at = at.parentElement) {
    const color = at.ownerDocument.defaultView.getComputedStyle(at).backgroundColor;
    const alpha = channels(color)[3];
    if (alpha === undefined || alpha > 0) return color;
  }
};
const look = (page, width) => {
  const wrong = [];
  const view = page.defaultView;
  const printed = width === PAPER;
  if (printed) print(page);
  else for (const details of page.querySelectorAll('details')) details.open = true;
  if (page.documentElement.scrollWidth > width) wrong.push(`the page is ${page.documentElement.scrollWidth} wide`);
  for (const node of page.body.querySelectorAll('*')) {
    const box = node.getBoundingClientRect();
    const words = [...node.childNodes].filter(child => child.nodeType === 3).map(child => child.data.trim()).join('');
    const style = view.getComputedStyle(node);
    if (printed && !node.checkVisibility()) continue;
    if (words && !node.closest(printed ? 'title, desc, caption' : '.scrolled, title, desc, caption')) {
      if (box.right > width + 1 || box.left < -1) wrong.push(`"${words}" is outside`);
    }
    if (words && !node.closest('title, desc, caption')) {
      const color = node.closest('svg') ? style.fill : style.color;
      const ratio = contrast(color, ground(node));
      if (ratio < 4.5) wrong.push(`"${words}" has a contrast of ${ratio.toFixed(2)}`);
    }
    if (node.matches('rect.bar, rect.below, circle.dot') && contrast(style.fill, ground(node)) < 3) wrong.push(`${node.getAttribute('class')} is faint`);
    if (node.matches('path.line, line.mark') && contrast(style.stroke, ground(node)) < 3) wrong.push(`${node.getAttribute('class')} is faint`);
  }
  for (const chart of page.querySelectorAll('svg.chart')) {
    const texts = [...chart.querySelectorAll('text.label, text.value')].map(text => [text.textContent, text.getBoundingClientRect()]);
    texts.forEach(([one, a], i) => texts.slice(i + 1).forEach(([other, b]) => {
      const apart = a.right <= b.left || b.right <= a.left || a.bottom - 3 <= b.top || b.bottom - 3 <= a.top;
      if (!apart) wrong.push(`"${one}" lies on "${other}"`);
    }));
  }
  return wrong.map(what => `${width}: ${what}`);
};
(async () => {
  const wrong = [];
  for (const width of WIDTHS) wrong.push(...look(await frame(width), width));
  const scheme = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
  document.title = `looked at in ${scheme}`;
  document.body.textContent = wrong.join('\n');
})();
